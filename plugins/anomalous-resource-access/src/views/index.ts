export { windowsFileShares } from './windows-file-shares.ts';
