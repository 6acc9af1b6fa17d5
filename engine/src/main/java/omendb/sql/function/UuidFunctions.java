package omendb.sql.function;

import omendb.memory.NativeMemory;

/// gen_random_uuid and uuid-ossp's uuid_generate_v4.
final class UuidFunctions {
    private UuidFunctions() {}

    static void register(Registrar r) {
        StrictBody random = Rows.strict((context, args, row, out) -> {
            long high = context.secureRandom().nextLong();
            long low = context.secureRandom().nextLong();
            long address = out.arena().allocate(16);
            // version 4, variant 1
            NativeMemory.putLong(address, Long.reverseBytes((high & ~0xf000L) | 0x4000L));
            NativeMemory.putLong(
                    address + 8, Long.reverseBytes((low & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L));
            out.setReference(row, address, 16);
        });
        r.changing("gen_random_uuid() uuid", random);
        r.changing("uuid_generate_v4() uuid", random);
        r.immutable("uuid_nil() uuid", Rows.strict((context, args, row, out) -> out.setBytes(row, new byte[16])));
    }
}
