package dev.nibble.kernel.magic;

import dev.nibble.core.Progress;
import dev.nibble.kernel.cell.Display;
import dev.nibble.kernel.cell.Notebook;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.spi.CodeFailed;
import dev.nibble.kernel.spi.KernelSession;
import dev.nibble.kernel.spi.MagicCall;
import dev.nibble.kernel.spi.MagicCommand;
import java.util.function.Supplier;

/** A magic of somebody else's, as one of ours. */
final class ExternalMagic extends OptionMagic<MagicCommand> {
    private ExternalMagic(Supplier<MagicCommand> maker, MagicCommand one) {
        super(
                maker,
                Argument.TEXT,
                one.forms().contains(MagicCommand.Form.LINE),
                one.forms().contains(MagicCommand.Form.CELL));
    }

    /**
     * @param maker makes a new object for each call
     * @throws IllegalArgumentException if its class has no {@code @Command} with a name
     */
    static ExternalMagic of(Supplier<MagicCommand> maker) {
        MagicCommand one = maker.get();
        var command = one.getClass().getAnnotation(picocli.CommandLine.Command.class);
        if (command == null || !command.name().matches("[A-Za-z]\\w*")) {
            throw new IllegalArgumentException(one.getClass().getName()
                    + " needs @Command(name = …), where the name is letters and digits that begin with a letter");
        }
        return new ExternalMagic(maker, one);
    }

    @Override
    Evaluation run(MagicCommand command, Call call, Context context) throws Exception {
        String text = call.source().text();
        String body = call.wholeCell()
                ? text.substring(Math.min(call.argumentsEnd() + 1, text.length()), call.bodyEnd())
                : "";
        try {
            var written = new Written(body, context);
            Object value = context.session().call(() -> command.run(written));
            return value == null || value instanceof Display ? Evaluation.NOTHING : Evaluation.of(value);
        } catch (IllegalArgumentException e) {
            throw new UsageError(e.getMessage());
        } catch (SessionAccess.Failed e) {
            return Evaluation.failed(e.problem());
        } catch (CodeFailed e) {
            throw new UsageError(e.getMessage());
        }
    }

    private record Written(String body, Context context) implements MagicCall {
        @Override
        public KernelSession session() {
            return new SessionAccess(context.engine());
        }

        @Override
        public void say(String line) {
            context.cell().say(line);
        }

        @Override
        public void note(String line) {
            context.cell().note(line);
        }

        @Override
        public void display(Object value) {
            var _ = Notebook.display(value);
        }

        @Override
        public Progress progress() {
            return context.cell().progress();
        }

        @Override
        public void nextInput(String code, boolean replace) {
            context.cell().nextInput(code, replace);
        }
    }
}
