package dev.nibble.kernel.display;

/**
 * How far one task of the running cell is.
 *
 * @param id the same for all states of one task; also the display id of its bar
 * @param title what is done, a few words
 * @param done the amount of work done, in {@code unit}
 * @param total the whole amount; negative if it is not known
 * @param unit what is counted: "rows", "tensors"; "bytes" are shown as MB
 * @param seconds since the task began
 * @param phase whether it goes on, and how it ended
 */
public record ProgressState(String id, String title, long done, long total, String unit, double seconds, Phase phase) {
    /** Where a task stands. */
    public enum Phase {
        RUNNING,
        DONE,
        STOPPED
    }

    /** Between 0 and 1; 0 if the total is not known. */
    public double fraction() {
        return total <= 0 ? 0 : Math.min(1, Math.max(0, (double) done / total));
    }
}
