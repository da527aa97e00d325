export const givenNames = [
  'ada', 'alan', 'alice', 'amir', 'anna', 'ben', 'bruno', 'carla', 'chen', 'clara', 'daniel', 'diana', 'elena', 'emil', 'erik', 'eva', 'fatima', 'felix', 'finn', 'frida',
  'george', 'grace', 'hana', 'hugo', 'ida', 'igor', 'ines', 'ivan', 'jana', 'jonas', 'julia', 'kai', 'karim', 'kate', 'lars', 'laura', 'leo', 'lin', 'lucas', 'maja',
  'marco', 'maria', 'mei', 'milan', 'mona', 'nadia', 'nils', 'nina', 'noah', 'olga', 'omar', 'oscar', 'paul', 'petra', 'priya', 'ravi', 'rosa', 'sara', 'simon', 'sofia',
  'sven', 'tara', 'theo', 'tim', 'tom', 'uma', 'vera', 'viktor', 'wei', 'yara', 'yusuf', 'zoe',
] as const;

export const familyNames = [
  'adler', 'ahmed', 'bauer', 'becker', 'berg', 'bianchi', 'brandt', 'brown', 'carter', 'chan', 'clark', 'costa', 'davis', 'dietrich', 'engel', 'evans', 'fischer', 'fox', 'garcia', 'gomez',
  'graf', 'gupta', 'haas', 'hansen', 'hill', 'hoffmann', 'huber', 'ito', 'jansen', 'jones', 'kaiser', 'keller', 'khan', 'klein', 'kovac', 'kumar', 'lang', 'larsen', 'lee', 'lopez',
  'maier', 'martin', 'meyer', 'moore', 'moretti', 'nguyen', 'novak', 'olsen', 'ortiz', 'patel', 'peters', 'popov', 'reed', 'richter', 'rossi', 'roth', 'sato', 'schmidt', 'schulz', 'silva',
  'singh', 'smith', 'stone', 'tanaka', 'taylor', 'vogel', 'wagner', 'walker', 'weber', 'wong', 'wolf', 'young',
] as const;

/** Departments, and the trades of their teams. */
export const trades = [
  ['Finance', ['payables', 'receivables', 'controlling', 'treasury', 'tax', 'audit']],
  ['Engineering', ['platform', 'firmware', 'mechanics', 'testing', 'tooling', 'simulation']],
  ['IT', ['operations', 'network', 'servicedesk', 'applications', 'identity', 'data']],
  ['Sales', ['accounts', 'inside', 'partners', 'pricing', 'tenders', 'regions']],
  ['Human Resources', ['recruiting', 'payroll', 'learning', 'benefits', 'relations', 'planning']],
  ['Operations', ['logistics', 'warehouse', 'quality', 'maintenance', 'fleet', 'planning']],
  ['Marketing', ['brand', 'web', 'events', 'press', 'research', 'media']],
  ['Legal', ['contracts', 'patents', 'privacy', 'compliance', 'litigation', 'trade']],
  ['Procurement', ['sourcing', 'suppliers', 'travel', 'materials', 'contracts', 'imports']],
  ['Research', ['materials', 'sensors', 'algorithms', 'chemistry', 'optics', 'robotics']],
  ['Customer Service', ['phone', 'field', 'repair', 'returns', 'training', 'spares']],
  ['Production', ['assembly', 'casting', 'paint', 'packaging', 'shift-a', 'shift-b']],
] as const satisfies ReadonlyArray<readonly [string, readonly string[]]>;

export const companyShares = ['company', 'templates', 'policies', 'software', 'public', 'training', 'scans', 'exchange'] as const;
export const departmentShares = ['root', 'reports', 'planning', 'management', 'archive', 'meetings', 'budget', 'contracts', 'metrics', 'handbook'] as const;
export const teamShares = ['root', 'work', 'inbox', 'drafts', 'reviews', 'data', 'exports', 'archive', 'customers', 'tools', 'photos', 'scans', 'old', 'handover'] as const;
export const projectNames = ['atlas', 'birch', 'comet', 'delta', 'ember', 'falcon', 'garnet', 'harbor', 'iris', 'juniper', 'kestrel', 'lotus', 'mango', 'nova', 'onyx', 'pearl', 'quartz', 'raven', 'sierra', 'tulip', 'umbra', 'violet', 'willow', 'zephyr'] as const;

const folders = ['Reports', 'Drafts', '2025', '2026', 'Shared', 'Templates', 'Customers', 'Minutes', 'Old', 'Import'] as const;
const files = ['overview.xlsx', 'minutes.docx', 'plan.xlsx', 'budget.xlsx', 'notes.txt', 'summary.pdf', 'slides.pptx', 'export.csv'] as const;

/** What people open on a share: `Reports\2026\plan.xlsx`. */
export const filePaths: readonly string[] = folders.flatMap((folder, i) => files.map((file, j) => (j % 2 === 0 ? `${folder}\\${file}` : `${folder}\\${folders[(i + j) % folders.length] as string}\\${file}`)));
