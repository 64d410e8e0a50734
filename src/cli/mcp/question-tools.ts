import { doctorTool } from './doctor-tool.ts';
import { flowsTool } from './flows-tool.ts';
import { lagTool } from './lag-tool.ts';
import { parkedRecordTool } from './parked-record-tool.ts';
import { parkedTool } from './parked-tool.ts';
import type { QuestionTool } from './question-tool.ts';
import { recentRecordsTool } from './recent-records-tool.ts';
import { streamStateTool } from './stream-state-tool.ts';
import { streamTool } from './stream-tool.ts';
import { streamsTool } from './streams-tool.ts';
import { timersTool } from './timers-tool.ts';
import { traceTool } from './trace-tool.ts';
import { whyTool } from './why-tool.ts';

/** What an assistant may ask, those first that it begins with. */
export const questionTools: readonly QuestionTool[] = [
  lagTool,
  doctorTool,
  parkedTool,
  parkedRecordTool,
  whyTool,
  traceTool,
  recentRecordsTool,
  streamsTool,
  streamTool,
  streamStateTool,
  timersTool,
  flowsTool,
];
