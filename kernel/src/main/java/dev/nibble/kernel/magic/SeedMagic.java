package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.SessionRandom;
import dev.nibble.kernel.jshell.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %seed}: the seed that cells hand on. */
public final class SeedMagic extends OptionMagic<SeedMagic.Arguments> {
    /** Its options. */
    @Command(
            name = "seed",
            description = {
                "sets what seed() and random() give in cells; alone it says what the seed is",
                "The library itself draws nothing without a seed that you give it, so its results depend on no seed that is"
                        + " set here: write Generators.gaussian(64, 64, seed()). Math.random() and new Random() of the JDK"
                        + " can not be seeded from outside; random() can stand in for both."
            })
    static final class Arguments {
        @Parameters(arity = "0..1", paramLabel = "N", description = "a whole number")
        private Long seed;
    }

    /** Its one. */
    public SeedMagic() {
        super(Arguments::new, Argument.TEXT);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) {
        if (arguments.seed != null) {
            SessionRandom.begin(arguments.seed);
        }
        context.cell()
                .say("seed " + SessionRandom.seed()
                        + (arguments.seed == null ? "" : ": seed() gives it, and random() begins its sequence anew"));
        return Evaluation.NOTHING;
    }
}
