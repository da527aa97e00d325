import { kqlText } from '@byoml/core/hunting';
import { firstText, named } from './names.ts';

interface ChosenFiles {
  readonly resource: 'site' | 'folder' | 'file';
  readonly scope: 'none' | 'tenant';
  readonly noise: 'drop' | 'keep';
}
interface ChosenOperations {
  readonly resource: 'operation' | 'workload-operation';
  readonly scope: 'none' | 'tenant';
}

const actor = (scope: 'none' | 'tenant') => ({
  scope: scope === 'tenant' ? firstText('TenantId', 'OrganizationId') : '""',
  user: `tolower(${firstText('UserId')})`,
  host: firstText('ClientIP'),
});

const url = (column: string): string => `trim_end("/", tolower(${firstText(...column.split(' '))}))`;

/** What the view leaves out or in, by name. */
export interface OfficeNames {
  readonly operations: readonly string[];
  readonly ownAccounts: readonly string[];
}

/** File operations of SharePoint and OneDrive. */
export function officeFilesKql({ resource, scope, noise }: ChosenFiles, { operations, ownAccounts }: OfficeNames): string {
  const folder = 'coalesce(iff(isempty(EventSite) or isempty(EventFolder), "", strcat(EventSite, "/", EventFolder)), replace_regex(EventObject, "/[^/]*$", ""), EventSite)';
  const file = `coalesce(EventObject, strcat(${folder}, "/", tolower(${firstText('SourceFileName')})))`;
  return `| where Operation in (${operations.map(kqlText).join(', ')})${noise === 'drop' ? `\n| where not(tolower(${firstText('UserId')}) in (${ownAccounts.map(kqlText).join(', ')}))` : ''}
| extend EventObject = ${url('OfficeObjectId ObjectId')}, EventFolder = trim("/", tolower(${firstText('SourceRelativeUrl')}))
| extend EventSite = coalesce(${url('Site_Url SiteUrl')}, extract("^(https?://[^/]+(/(sites|teams|personal)/[^/]+)?)", 1, EventObject))
${named({ ...actor(scope), resource: { site: 'EventSite', folder, file }[resource] })}
| project-away EventObject, EventFolder, EventSite`;
}

export const officeOperationsKql = ({ resource, scope }: ChosenOperations): string => {
  const workload = firstText('OfficeWorkload', 'Workload');
  const operation = firstText('Operation');
  return named({ ...actor(scope), resource: resource === 'operation' ? operation : `strcat(${workload}, iff(isempty(${workload}), "", ":"), ${operation})` });
};
