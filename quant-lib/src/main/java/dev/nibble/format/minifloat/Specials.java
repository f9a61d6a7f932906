package dev.nibble.format.minifloat;

import java.util.Locale;

/** Which codes of a minifloat are not finite numbers. */
public enum Specials {
    /** As IEEE 754: the largest exponent holds infinity and the NaNs. */
    IEEE,
    /** Finite: NaN where all bits of exponent and mantissa are one, no infinity. */
    FN,
    /** Finite and with one zero: the code of −0 is NaN, no infinity. */
    FNUZ,
    /** Every code is a number. */
    NONE,
    /** Powers of two without sign, zero and mantissa; all ones is NaN. */
    E8M0;

    /** The word that asks for it in a recipe. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
