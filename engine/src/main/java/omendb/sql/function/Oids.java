package omendb.sql.function;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// PostgreSQL's oids of functions and operators by signature, from a resource written by the oracle scripts.
///
/// What PostgreSQL does not have gets numbers from 9,000 up (below the catalog's own), by the order of registration.
final class Oids {
    private static final String RESOURCE = "oids.tsv";
    private static final int FIRST_OWN = 9_000;

    private final Map<String, Integer> known = new HashMap<>();
    private int nextOwn = FIRST_OWN;

    Oids() {
        InputStream stream = Oids.class.getResourceAsStream(RESOURCE);
        if (stream == null) {
            throw new IllegalStateException("resource " + RESOURCE + " is missing");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int tab = line.indexOf('\t');
                known.put(line.substring(tab + 1), Integer.parseInt(line.substring(0, tab)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Oid of `name(type,type)` for functions, `operator name(type,type)` for operators, `cast(type,type)` for casts.
    int of(String signature) {
        Integer oid = known.get(signature);
        return oid != null ? oid : nextOwn++;
    }
}
