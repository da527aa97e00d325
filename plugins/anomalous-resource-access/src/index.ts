import { definePlugin } from '@byoml/core';
import { alsAccess } from './als-access/index.ts';
import { accessWalk } from './access-walk/index.ts';
import { cloudtrailApiCalls, officeFiles, officeOperations, signIns, windowsFileShares } from './views/index.ts';

export default definePlugin({
  components: [accessWalk, alsAccess, windowsFileShares, officeFiles, officeOperations, signIns, cloudtrailApiCalls],
});
