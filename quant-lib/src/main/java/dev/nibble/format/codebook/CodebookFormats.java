package dev.nibble.format.codebook;

import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import java.util.ArrayList;
import java.util.List;

/** The formats of this family, for the registry. */
public final class CodebookFormats {
    private CodebookFormats() {}

    /** Their entries, the best known first. */
    public static List<Registry.Entry<Format>> entries() {
        List<Registry.Entry<Format>> entries = new ArrayList<>();
        entries.add(Nf4.entry());
        for (int bits : new int[] {2, 3, 5, 6, 7, 8}) {
            entries.add(NormalFloat.entry(bits));
        }
        entries.add(BnbFp4.entry());
        entries.add(Dynamic8.entry());
        entries.add(LloydMax.entry());
        entries.add(KMeans.entry());
        return entries;
    }
}
