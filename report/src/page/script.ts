/** Moves between incidents by keys, opens what a link points into, and opens all for print. The page is whole without it. */
export const script = `(() => {
  const lines = Array.from(document.querySelectorAll('summary.incident-line'));
  document.querySelectorAll('.scripted').forEach((part) => { part.hidden = false; });
  const move = (by) => {
    const here = document.activeElement.closest('details.incident');
    const at = here ? lines.indexOf(here.querySelector('summary.incident-line')) : -1;
    const to = lines[at < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + by))];
    if (to) { to.focus(); to.scrollIntoView({ block: 'nearest' }); }
  };
  const close = () => {
    const here = document.activeElement.closest('details.incident');
    if (here) { here.open = false; here.querySelector('summary.incident-line').focus(); }
  };
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest('input')) return;
    const onLine = event.target.closest('summary.incident-line');
    const act = event.key === 'j' ? () => move(1) : event.key === 'k' ? () => move(-1)
      : onLine && event.key === 'ArrowDown' ? () => move(1) : onLine && event.key === 'ArrowUp' ? () => move(-1)
      : event.key === 'Escape' ? close : undefined;
    if (act) { event.preventDefault(); act(); }
  });
  let opened = [];
  addEventListener('beforeprint', () => { opened = Array.from(document.querySelectorAll('details.incident:not([open])')); opened.forEach((item) => { item.open = true; }); });
  addEventListener('afterprint', () => { opened.forEach((item) => { item.open = false; }); });
})();`;
