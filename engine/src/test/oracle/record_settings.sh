#!/usr/bin/env bash
# Records PostgreSQL 15's session settings: name, default, unit, type, bounds, values, context (a dash for what is not there).
#   record_settings.sh 'host=127.0.0.1 port=5432 user=postgres' OUTPUT_FILE
# Left out: what belongs to logging, debugging, replication and to the server's own files.
set -eu
psql "$1" -X -At -F "$(printf '\t')" -c "
    SELECT name, CASE name WHEN 'client_encoding' THEN 'UTF8' WHEN 'TimeZone' THEN 'Etc/UTC' WHEN 'server_encoding' THEN 'UTF8'
               WHEN 'search_path' THEN '\"\$user\", public' WHEN 'default_text_search_config' THEN 'pg_catalog.english'
               WHEN 'lc_messages' THEN 'C' WHEN 'DateStyle' THEN 'ISO, MDY' ELSE coalesce(boot_val, '') END,
           coalesce(unit, '-'), vartype, coalesce(min_val, '-'), coalesce(max_val, '-'),
           coalesce(array_to_string(enumvals, ','), '-'), context
    FROM pg_settings
    WHERE (context IN ('user', 'superuser') OR name IN ('integer_datetimes', 'server_encoding', 'max_connections', 'max_identifier_length',
           'max_index_keys', 'block_size', 'lc_collate', 'lc_ctype', 'in_hot_standby', 'fsync', 'full_page_writes', 'autovacuum', 'ssl',
           'max_prepared_transactions', 'shared_buffers', 'wal_level', 'segment_size', 'max_function_args', 'max_worker_processes',
           'shared_preload_libraries', 'password_encryption', 'superuser_reserved_connections', 'data_checksums'))
      AND name NOT LIKE 'log\\_%' AND name NOT LIKE 'debug\\_%' AND name NOT LIKE 'trace\\_%' AND name NOT LIKE 'ssl\\_%'
      AND name NOT IN ('backtrace_functions', 'extension_destdir', 'dynamic_library_path', 'local_preload_libraries', 'session_preload_libraries')
    ORDER BY lower(name)" >"$2"
