import { accessColumns, spanColumns } from '@byoml/core';

export const alsColumns = { ...accessColumns, ...spanColumns };
export type AlsColumns = typeof alsColumns;
