import { definePlugin } from '@byoml/core';
import { accessWalk } from './access-walk/index.ts';
import { alsAccess } from './als-access/index.ts';
import { peerLift } from './peer-lift/index.ts';
import { resourceCosine } from './resource-cosine/index.ts';
import { unusualAccess } from './rules/index.ts';
import { cloudtrailApiCalls, officeFiles, officeOperations, sentinelCloudtrailApiCalls, signIns, windowsFileShares } from './views/index.ts';

export default definePlugin({
  components: [accessWalk, alsAccess, peerLift, resourceCosine, windowsFileShares, officeFiles, officeOperations, signIns, cloudtrailApiCalls, sentinelCloudtrailApiCalls, unusualAccess],
});
