import { definePlugin } from '@byoml/core';

export default definePlugin({ components: [] });
