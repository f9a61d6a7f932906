package dev.nibble.kernel.magic;

import dev.nibble.compute.Provider;
import dev.nibble.kernel.jshell.Evaluation;
import java.util.concurrent.ForkJoinPool;

/** {@code %kernels}: which implementation computes. */
public final class KernelsMagic extends NamedMagic {
    public KernelsMagic() {
        super("kernels", "whether scalar or vector code computes, and why; on how many threads", "%kernels");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        int threads = ForkJoinPool.commonPool().getParallelism() + 1;
        context.cell().say(Provider.why());
        context.cell()
                .say("loops run on " + threads + (threads == 1 ? " thread" : " threads")
                        + "; results are the same bits on any number of them, and at any width");
        return Evaluation.NOTHING;
    }
}
