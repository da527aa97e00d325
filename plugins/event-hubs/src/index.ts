import { definePlugin } from '@byoml/core';
import { topic } from './topic.ts';

export default definePlugin({ components: [topic] });
