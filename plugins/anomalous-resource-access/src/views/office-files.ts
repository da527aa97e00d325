import { z } from 'zod';
import { accessViewColumns, defineView, type Dialect } from '@byoml/core';
import { actorColumns, officeActor } from './office-activity.ts';
import { pairDays } from './pair-days.ts';
import { tenantScopeSetting, unknownSetting } from './settings.ts';
import { firstText, optionalTexts } from './source-columns.ts';

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

const siteOfObject = (d: Dialect): string =>
  `NULLIF(regexp_extract(${url(firstText(d, ...object))}, ${d.literal('^(https?://[^/]+(/(sites|teams|personal)/[^/]+)?)')}, 1), '')`;
const siteUrl = (d: Dialect): string => `COALESCE(${url(firstText(d, ...site))}, ${siteOfObject(d)})`;

function folder(d: Dialect): string {
  const relative = `${siteUrl(d)} || '/' || NULLIF(TRIM(BOTH '/' FROM LOWER(${firstText(d, 'SourceRelativeUrl')})), '')`;
  const ofObject = `NULLIF(regexp_replace(${url(firstText(d, ...object))}, '/[^/]*$', ''), '')`;
  return `COALESCE(${relative}, ${ofObject}, ${siteUrl(d)})`;
}

const resources = {
  site: siteUrl,
  folder,
  file: (d: Dialect): string => `COALESCE(${url(firstText(d, ...object))}, ${folder(d)} || '/' || LOWER(${firstText(d, 'SourceFileName')}))`,
};

const ownAccounts = ['app@sharepoint', 'sharepoint\\system', 'system account', 'nt authority\\system'];

export const officeFiles = defineView({
  id: 'office-files',
  summary: 'Accesses of users to files of SharePoint and OneDrive (OfficeActivity)',
  settings,
  table: 'OfficeActivity',
  columns,
  where: [{ columns: ['Operation'], in: fileOperations }],
  output: accessViewColumns,
  sql(d, chosen) {
    const { user, at, host, tenant } = officeActor(d);
    const own = `NOT COALESCE(${user} IN (${ownAccounts.map((name) => d.literal(name)).join(', ')}), FALSE)`;
    return pairDays(d, {
      scope: chosen.scope === 'tenant' ? tenant : `''`,
      user,
      resource: resources[chosen.resource](d),
      at,
      host,
      where: chosen.noise === 'drop' ? [own] : [],
      keepUnknown: chosen.unknown === 'keep',
    });
  },
});
