import { definePlugin } from '@byoml/core';
import { cloudtrailApiCalls, officeFiles, officeOperations, signIns, windowsFileShares } from './views/index.ts';

export default definePlugin({
  components: [windowsFileShares, officeFiles, officeOperations, signIns, cloudtrailApiCalls],
});
