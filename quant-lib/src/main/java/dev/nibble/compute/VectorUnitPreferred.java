package dev.nibble.compute;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The preferred shape of the Vector API on this machine. Made only after its module was found. */
final class VectorUnitPreferred implements VectorUnit {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    @Override
    public String describe() {
        return FLOATS.vectorBitSize() < 128
                ? ""
                : FLOATS.length() + " lanes of float32 (" + FLOATS.vectorBitSize() + " bits)";
    }
}
