package dev.nibble.compute;

/** What the machine's vector unit is, told without linking the Vector API. */
interface VectorUnit {
    /** "16 lanes of float32 (512 bits)", or the empty string if it is not worth using. */
    String describe();
}
