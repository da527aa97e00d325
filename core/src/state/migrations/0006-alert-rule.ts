/** Which rule chose an alert, and the ATT&CK techniques it named then; alerts of before tell neither. */
export const alertRule = `
alter table alerts add column rule text not null default '';
alter table alerts add column techniques text not null default '[]';
`;
