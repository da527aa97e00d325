import { z } from '@byoml/core';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { actorColumns, officeActor } from './office-activity.ts';
import { officeFilesKql } from '../hunting/index.ts';
import { Facts } from './facts.ts';
import { pairDays } from './pair-days.ts';
import { tenantScopeSetting, unknownSetting } from './settings.ts';
import { among, firstText, optionalTexts } from './source-columns.ts';

const object = ['OfficeObjectId', 'ObjectId'] as const;
const site = ['Site_Url', 'SiteUrl'] as const;
const columns = optionalTexts(...actorColumns, ...object, ...site, 'SourceRelativeUrl', 'SourceFileName');

const settings = z.strictObject({
  resource: z.enum(['site', 'folder', 'file']).default('folder').describe('A resource is a site, a folder of a site, or a file'),
  noise: z.enum(['drop', 'keep']).default('drop').describe("SharePoint's own accounts (app@sharepoint, SHAREPOINT\\system): leave them out, or keep them"),
  scope: tenantScopeSetting,
  unknown: unknownSetting,
});

const fileOperations = [
  'FileAccessed', 'FileAccessedExtended', 'FilePreviewed', 'FileDownloaded', 'FileSyncDownloadedFull', 'FileSyncDownloadedPartial',
  'FileUploaded', 'FileSyncUploadedFull', 'FileSyncUploadedPartial', 'FileModified', 'FileModifiedExtended',
  'FileCopied', 'FileMoved', 'FileRenamed', 'FileDeleted', 'FileRecycled', 'FileRestored', 'FileCheckedIn', 'FileCheckedOut', 'FileCheckOutDiscarded',
]; // prettier-ignore

/** A URL in lower case and without a slash at its end: SharePoint does not tell cases apart. */
const url = (expression: string): string => `NULLIF(TRIM(TRAILING '/' FROM LOWER(${expression})), '')`;

const siteOfUrl = '^(https?://[^/]+(/(sites|teams|personal)/[^/]+)?)';

/** The site, folder or file of a record: from the site's columns, else from the URL of the object. */
function resource(d: Dialect, facts: Facts, kind: z.output<typeof settings>['resource']): string {
  const whole = url(facts.text('object', ...object));
  const siteUrl = `COALESCE(${url(facts.text('site', ...site))}, NULLIF(regexp_extract(${whole}, ${d.literal(siteOfUrl)}, 1), ''))`;
  if (kind === 'site') return siteUrl;
  const relative = `NULLIF(TRIM(BOTH '/' FROM LOWER(${facts.text('folder', 'SourceRelativeUrl')})), '')`;
  const folder = `COALESCE(${siteUrl} || '/' || ${relative}, NULLIF(regexp_replace(${whole}, '/[^/]*$', ''), ''), ${siteUrl})`;
  return kind === 'folder' ? folder : `COALESCE(${whole}, ${folder} || '/' || LOWER(${facts.text('file', 'SourceFileName')}))`;
}

const ownAccounts = ['app@sharepoint', 'sharepoint\\system', 'system account', 'nt authority\\system'];

export const officeFiles = defineView({
  id: 'office-files',
  summary: 'Accesses of users to files of SharePoint and OneDrive (OfficeActivity)',
  settings,
  table: 'OfficeActivity',
  columns,
  where: [{ columns: ['Operation'], in: fileOperations }],
  output: accessViewColumns,
  hunting: (chosen) => officeFilesKql(chosen, { operations: fileOperations, ownAccounts }),
  sql(d, chosen) {
    const facts = new Facts(d);
    const own = `COALESCE(LOWER(${firstText(d, 'UserId')}) IN ${among(d, ownAccounts)}, FALSE)`;
    return pairDays(d, {
      ...officeActor(d, facts, chosen.scope),
      where: chosen.noise === 'drop' ? [`NOT ${own}`] : [],
      resource: resource(d, facts, chosen.resource),
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
