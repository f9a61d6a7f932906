package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.jshell.TypeNames.Prefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what could be meant, and puts the likeliest first. */
final class Candidates {
    /** Where a name comes from, the likeliest first. */
    enum Origin {
        LOCAL,
        SESSION,
        OWN_MEMBER,
        CELL_METHOD,
        KEYWORD,
        FUNCTION,
        SESSION_TYPE,
        TYPE,
        PACKAGE,
        OBJECT_MEMBER,
        OFFER
    }

    /** Classes of the JDK that people write most. */
    private static final Set<String> USUAL = Set.of(
            "ArrayList",
            "Arrays",
            "BigDecimal",
            "BigInteger",
            "Collections",
            "Collectors",
            "Comparator",
            "Double",
            "Duration",
            "Files",
            "Float",
            "Function",
            "HashMap",
            "HashSet",
            "Instant",
            "IntStream",
            "Integer",
            "LinkedHashMap",
            "List",
            "Locale",
            "Long",
            "Map",
            "Math",
            "Object",
            "Objects",
            "Optional",
            "Path",
            "Random",
            "Set",
            "Stream",
            "String",
            "StringBuilder",
            "Supplier",
            "System",
            "Thread",
            "TreeMap");

    private record Candidate(
            Match match, Origin origin, boolean isExpected, boolean isDeprecated, int rank, int overloads) {
        Candidate with(Candidate other) {
            // The one with fewer parameters stands for all; brackets are closed only where none takes anything.
            Match shorter = parameters(other.match) < parameters(match) ? other.match : match;
            String text = match.text().endsWith("()") ? other.match.text() : match.text();
            return new Candidate(
                    new Match(text, match.type(), shorter.signature()),
                    origin,
                    isExpected || other.isExpected,
                    isDeprecated && other.isDeprecated,
                    rank,
                    overloads + 1);
        }

        private static long parameters(Match match) {
            return match.signature().startsWith("()")
                    ? 0
                    : 1 + match.signature().chars().filter(c -> c == ',').count();
        }

        Match shown() {
            return overloads == 0
                    ? match
                    : new Match(
                            match.text(),
                            match.type(),
                            match.signature() + " (+" + overloads + (overloads == 1 ? " overload)" : " overloads)"));
        }
    }

    private final Prefix prefix;
    private final Map<String, Candidate> byName = new LinkedHashMap<>();

    Candidates(Prefix prefix) {
        this.prefix = prefix;
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Adds a name; a method of the same name again counts as an overload, anything else of it is hidden by the first. */
    void add(String name, Match match, Origin origin, boolean isExpected, boolean isDeprecated) {
        add(name, match, origin, isExpected, isDeprecated, 0);
    }

    /** Adds a class that can be used by its simple name: before others those that people use most, and exceptions last. */
    void addType(String simple, String full, Match match, boolean isExpected, boolean isDeprecated) {
        boolean isJdk = full.startsWith("java");
        boolean isLang = full.startsWith("java.lang.");
        int rank = !isJdk ? 1 : USUAL.contains(simple) ? (isLang ? 0 : 1) : isLang ? 2 : 3;
        boolean isThrowable = simple.endsWith("Exception") || simple.endsWith("Error");
        add(simple, match, Origin.TYPE, isExpected, isDeprecated, isThrowable ? rank + 4 : rank);
    }

    private void add(String name, Match match, Origin origin, boolean isExpected, boolean isDeprecated, int rank) {
        if (!prefix.fits(name)) {
            return;
        }
        var candidate = new Candidate(match, origin, isExpected, isDeprecated, rank, 0);
        Candidate before = byName.get(name);
        if (before == null) {
            byName.put(name, candidate);
        } else if (before.match().type().equals("method") && match.type().equals("method")) {
            byName.put(name, before.with(candidate));
        }
    }

    private boolean isExact(Map.Entry<String, Candidate> entry) {
        String name = entry.getKey();
        boolean isOffer = entry.getValue().origin() == Origin.OFFER;
        return prefix.isExact(isOffer ? name.substring(name.lastIndexOf('.') + 1) : name);
    }

    /** Adds a class that has to be named in full, however its simple name is used here. */
    void offer(String simple, String full, Match match, boolean isDeprecated) {
        if (prefix.fits(simple)) {
            byName.put(full, new Candidate(match, Origin.OFFER, false, isDeprecated, 0, 0));
        }
    }

    /** All of them, the likeliest first. */
    List<Match> sorted() {
        List<Map.Entry<String, Candidate>> all = new ArrayList<>(byName.entrySet());
        // Other capitals than those that were typed only where nothing else fits.
        if (all.stream().anyMatch(this::isExact)) {
            all.removeIf(entry -> !isExact(entry));
        }
        Comparator<Map.Entry<String, Candidate>> order = Comparator.comparing(entry -> !isExact(entry));
        all.sort(order.thenComparing(entry -> entry.getValue().isDeprecated())
                .thenComparing(entry -> !entry.getValue().isExpected())
                .thenComparing(entry -> entry.getValue().origin())
                .thenComparingInt(entry -> entry.getValue().rank())
                .thenComparing(Map.Entry::getKey));
        return all.stream().map(entry -> entry.getValue().shown()).toList();
    }
}
