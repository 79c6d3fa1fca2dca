import { inMemory } from '#local/ways-in.ts';
import { tellAccessStories } from './access-stories.ts';

tellAccessStories('in memory', inMemory);
