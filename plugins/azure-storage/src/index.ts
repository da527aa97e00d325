import { definePlugin } from '@byoml/core';
import { blobs } from './blobs.ts';
import { dataExport } from './data-export.ts';

export default definePlugin({
  components: [dataExport, blobs],
  capabilities: {
    hosts: ['*.blob.core.windows.net', '*.blob.storage.azure.net', '*.blob.core.usgovcloudapi.net', '*.blob.core.chinacloudapi.cn', 'login.microsoftonline.com', 'login.microsoftonline.us', 'login.chinacloudapi.cn', '169.254.169.254'],
    env: ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE', 'AZURE_AUTHORITY_HOST', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER'],
  },
});
