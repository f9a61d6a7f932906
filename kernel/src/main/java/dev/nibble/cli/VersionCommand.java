package dev.nibble.cli;

import dev.nibble.model.NibbleHome;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** Versions and places, for questions and bug reports. */
@Command(name = "version", description = "Print versions and places: what to put into a bug report.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
    @Mixin
    private JsonOption json;

    @Override
    public Integer call() {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("nibble", current());
        facts.put("java", Runtime.version().toString());
        facts.put("java_home", System.getProperty("java.home"));
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        facts.put("processors", Runtime.getRuntime().availableProcessors());
        facts.put("heap_mb", Runtime.getRuntime().maxMemory() / 1_000_000);
        facts.put("nibble_home", NibbleHome.path().toString());
        if (json.asked()) {
            Json.print(facts);
        } else {
            facts.forEach((name, value) -> System.out.println((name + "             ").substring(0, 13) + value));
        }
        return 0;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"nibble " + current()};
    }

    static String current() {
        return Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
                .orElse("not built");
    }
}
