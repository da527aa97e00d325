import { definePlugin } from '@byoml/core';
import { windowsFileShares } from './views/index.ts';

export default definePlugin({
  components: [windowsFileShares],
});
