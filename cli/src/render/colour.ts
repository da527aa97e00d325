import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
const styled = (style: Style, stream: NodeJS.WriteStream) => (text: string): string => styleText(style, text, { stream });

export const bold = styled('bold', process.stdout);
export const dim = styled('dim', process.stdout);
export const green = styled('green', process.stdout);
export const red = styled('red', process.stderr);
export const yellow = styled('yellow', process.stdout);
