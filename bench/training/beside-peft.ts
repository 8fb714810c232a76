import { type Figure, figureOf, median } from "../claim.ts";
import { type Step, Stepper, type StepRequest } from "./stepper.ts";

/** The first step of each allocates and compiles. */
const WARM_UP = 1;
const ROUNDS = 5;

export interface Comparison {
  name: string;
  request: Omit<StepRequest, "type">;
  python: string;
  say: (line: string) => void;
}

/** The same step by Fourfold and by PyTorch + PEFT in both of its types, in turn; ratios per round. */
export async function besidePeft({ name, request, python, say }: Comparison): Promise<Figure[]> {
  using stack = new DisposableStack();
  say(`${name}: starting Fourfold and PyTorch + PEFT`);
  const ours = stack.use(await Stepper.fourfold({ ...request, type: "float32" }));
  const half = stack.use(await Stepper.peft(python, { ...request, type: "bfloat16" }));
  const full = stack.use(await Stepper.peft(python, { ...request, type: "float32" }));
  const rounds: Step[][] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    say(`${name}: round ${round + 1} of ${WARM_UP + ROUNDS}`);
    const steps = [await ours.step(), await half.step(), await full.step()];
    if (round >= WARM_UP) rounds.push(steps);
  }
  const ratios = (of: (step: Step) => number, other: 1 | 2) => rounds.map((steps) => of(steps[other]!) / of(steps[0]!));
  const peak = (of: 0 | 1 | 2) => rounds.at(-1)![of]!.peakBytes;
  const { tokens, answers, rank, threads } = request;
  const how = `one step of ${tokens} tokens, ${answers} of them answers, rank ${rank} on all seven matrices, ${threads} ${threads === 1 ? "thread" : "threads"}, AdamW and clipping included; random weights of the same shape; PyTorch computes the logits of the answers only`;
  const about = (what: string, unit: string, extra = "") => ({
    ...{ claim: "training", name: `${name}: ${what}`, unit, how: `${how}${extra}` },
  });
  const processor = (step: Step) => step.processorSeconds;
  const wall = (step: Step) => step.seconds;
  const perProcessorSecond = (of: 0 | 1 | 2) => rounds.map((steps) => tokens / processor(steps[of]!));
  return [
    figureOf(perProcessorSecond(0), about("Fourfold, per second of processor time", "tokens/s")),
    figureOf(perProcessorSecond(1), about("PEFT bfloat16, per second of processor time", "tokens/s")),
    figureOf(perProcessorSecond(2), about("PEFT float32, per second of processor time", "tokens/s")),
    figureOf(ratios(processor, 1), about("speed ÷ PEFT bfloat16 (processor time)", "×", "; goal ≥ 1")),
    figureOf(ratios(processor, 2), about("speed ÷ PEFT float32 (processor time)", "×", "; goal ≥ 1")),
    figureOf(ratios(wall, 1), about("speed ÷ PEFT bfloat16 (wall time)", "×")),
    figureOf(ratios(wall, 2), about("speed ÷ PEFT float32 (wall time)", "×")),
    figureOf([peak(0) / 1e6], about("peak memory, Fourfold", "MB")),
    figureOf([peak(0) / peak(1)], { ...about("peak memory ÷ PEFT bfloat16", "×"), goalAtMost: 0.5 }),
    figureOf([peak(0) / peak(2)], { ...about("peak memory ÷ PEFT float32", "×"), goalAtMost: 0.5 }),
  ];
}

/** How much faster two threads are than one; says nothing while other programs hold the cores. */
export async function threadScaling({ name, request, say }: Omit<Comparison, "python">): Promise<Figure> {
  using one = await Stepper.fourfold({ ...request, threads: 1, type: "float32" });
  using two = await Stepper.fourfold({ ...request, threads: 2, type: "float32" });
  const ratios: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    say(`${name}: one and two threads, round ${round + 1} of ${WARM_UP + ROUNDS}`);
    const [slow, fast] = [await one.step(), await two.step()];
    if (round >= WARM_UP) ratios.push(slow.seconds / fast.seconds);
  }
  const how = `wall time of a step of ${request.tokens} tokens, in turn, ratio per round; median ${median(ratios).toFixed(2)}`;
  return figureOf(ratios, { claim: "training", name: `${name}: two threads ÷ one`, unit: "×", how });
}
