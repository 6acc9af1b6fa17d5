package omendb.sql.pgcatalog;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Input, output and other support functions of types, which no SQL calls but `pg_type` names: `'array_in'::regproc`.
final class ProcedureNames {
    private static final Map<String, Integer> OIDS = load();
    private static final Map<Integer, String> NAMES = invert(OIDS);

    /// First oid of the support functions of our own types; below the first user oid.
    private static final int FIRST_OWN_OID = 15_000;

    private ProcedureNames() {}

    private static Map<String, Integer> load() {
        Map<String, Integer> oids = new HashMap<>(ViewShapes.procedures());
        int next = FIRST_OWN_OID;
        for (String type : new String[] {"vector", "halfvec", "sparsevec"}) {
            for (String suffix : new String[] {"_in", "_out", "_recv", "_send", "_typmod_in"}) {
                oids.put(type + suffix, next++);
            }
        }
        return oids;
    }

    private static Map<Integer, String> invert(Map<String, Integer> oids) {
        Map<Integer, String> names = new HashMap<>();
        oids.forEach((name, oid) -> names.put(oid, name));
        return names;
    }

    /// Oid of a support function; 0 for "-" and unknown names.
    static int oid(String name) {
        return OIDS.getOrDefault(name, 0);
    }

    static @Nullable String name(int oid) {
        return NAMES.get(oid);
    }

    static Map<String, Integer> all() {
        return OIDS;
    }
}
