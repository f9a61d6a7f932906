package dev.nibble.format.codebook;

import dev.nibble.compute.Reductions;
import dev.nibble.compute.TorchMean;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Survey;
import dev.nibble.tensor.Matrix;
import java.util.function.DoubleFunction;

/**
 * Finds the mean of all block scales of a tensor shown in pieces. The order of torch's sum depends on how many scales
 * there are, so a tensor of more than a billion weights has to be shown twice.
 */
final class MeanSurvey implements Survey {
    private final int block;
    private final BlockEncoder encoder;
    private final DoubleFunction<Format> made;
    private TorchMean mean = TorchMean.ofCount(0);
    private long lastCount;
    private float absmax;
    private int inBlock;
    private final float[] one = new float[1];
    private String name = "";

    /**
     * @param encoder stores the scales
     * @param made the format with a mean filled in, a float32
     */
    MeanSurvey(int block, BlockEncoder encoder, DoubleFunction<Format> made) {
        this.block = block;
        this.encoder = encoder;
        this.made = made;
    }

    @Override
    public void add(Matrix piece) {
        name = piece.name();
        float[] x = piece.values();
        for (int i = 0, n; i < x.length; i += n) {
            n = Math.min(block - inBlock, x.length - i);
            Reductions.BEST.absmax(x, i, i + n, n, one, 0);
            if (!Float.isFinite(one[0])) {
                throw Blocks.notFinite(piece, i, i + n);
            }
            absmax = Math.max(absmax, one[0]);
            inBlock += n;
            if (inBlock == block) {
                closeBlock(absmax);
            }
        }
    }

    private void closeBlock(float scale) {
        mean.add(scale);
        absmax = 0;
        inBlock = 0;
    }

    private void end() {
        if (inBlock > 0) {
            closeBlock(encoder.stored(absmax, inBlock));
        }
    }

    @Override
    public boolean needsAnotherPass() {
        end();
        if (TorchMean.sameOrder(mean.count(), lastCount)) {
            return false;
        }
        lastCount = mean.count();
        mean = TorchMean.ofCount(lastCount);
        return true;
    }

    @Override
    public Format fixed() {
        end();
        return made.apply(NestedScales.finite(name, mean.value()));
    }
}
