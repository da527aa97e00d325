import { definePlugin } from '@byoml/core';
import { accessWalk } from './access-walk/index.ts';
import { cloudtrailApiCalls, officeFiles, officeOperations, signIns, windowsFileShares } from './views/index.ts';

export default definePlugin({
  components: [accessWalk, windowsFileShares, officeFiles, officeOperations, signIns, cloudtrailApiCalls],
});
