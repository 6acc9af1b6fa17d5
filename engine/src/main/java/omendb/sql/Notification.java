package omendb.sql;

/// A message of NOTIFY for this session.
///
/// @param processId of the sender
public record Notification(int processId, String channel, String payload) {}
