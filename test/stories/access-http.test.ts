import { overHttp } from '#local/ways-in.ts';
import { tellAccessStories } from './access-stories.ts';

tellAccessStories('over signed HTTP', (slack) => overHttp(slack));
