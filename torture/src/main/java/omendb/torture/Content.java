package omendb.torture;

/// Payload and vector of a row, from its key and version alone: whatever else is found was never written.
final class Content {
    static final int DIMENSIONS = 8;

    private Content() {}

    static String payload(int key, int version) {
        return key + ":" + version + ":" + "x".repeat((key * 31 + version * 7) % 700);
    }

    /// As a vector literal; whole numbers and halves, so that text is exact.
    static String vector(int key, int version) {
        StringBuilder text = new StringBuilder("[");
        long state = key * 0x9E3779B97F4A7C15L + version * 0xBF58476D1CE4E5B9L;
        for (int i = 0; i < DIMENSIONS; i++) {
            state = (state ^ state >>> 30) * 0x94D049BB133111EBL + 0x2545F4914F6CDD1DL;
            int value = (int) (state >>> 40) % 1000;
            text.append(i == 0 ? "" : ",").append(value / 2).append((value & 1) == 0 ? "" : ".5");
        }
        return text.append(']').toString();
    }
}
