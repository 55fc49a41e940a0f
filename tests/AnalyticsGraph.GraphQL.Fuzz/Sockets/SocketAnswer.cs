using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Fuzz.Http;

namespace AnalyticsGraph.GraphQL.Fuzz.Sockets;

/// <summary>Reads what the server sent after its handshake: frames that are not masked, whole messages of graphql-transport-ws, and a close that does not say that the server failed.</summary>
internal static class SocketAnswer
{
    private static readonly string[] Types = ["connection_ack", "ping", "pong", "next", "error", "complete"];

    /// <summary>Counts the messages.</summary>
    /// <returns>What is wrong with them; null if nothing is.</returns>
    public static string? Check(ReadOnlySpan<byte> frames, Statuses statuses)
    {
        while (frames.Length >= 2)
        {
            var opcode = frames[0] & 0x0F;
            var head = (frames[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 };
            if (frames.Length < head)
            {
                break;
            }

            var length = head switch { 4 => BinaryPrimitives.ReadUInt16BigEndian(frames[2..]), 10 => checked((int)BinaryPrimitives.ReadInt64BigEndian(frames[2..])), _ => frames[1] };
            if (frames.Length < head + length)
            {
                // Cut off, for the connection was.
                break;
            }

            if (Fault(opcode, frames.Slice(head, length), statuses) is { } fault)
            {
                return fault;
            }

            frames = frames[(head + length)..];
        }

        return null;
    }

    private static string? Fault(int opcode, ReadOnlySpan<byte> payload, Statuses statuses)
    {
        switch (opcode)
        {
            case FrameWriter.Text:
                var type = TypeOf(payload);
                statuses.Count(type);
                return Types.Contains(type) ? null : Encoding.UTF8.GetString(payload);
            case FrameWriter.Close when payload.Length >= 2:
                var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
                statuses.Count(string.Create(CultureInfo.InvariantCulture, $"close {code}"));
                return code is 1011 or 4500 ? $"Closed with {code}: {Encoding.UTF8.GetString(payload[2..])}" : null;
            case FrameWriter.Close or FrameWriter.Ping or FrameWriter.Pong:
                return null;
            default:
                return $"A frame of the opcode {opcode}.";
        }
    }

    private static string TypeOf(ReadOnlySpan<byte> message)
    {
        using var document = JsonDocument.Parse(message.ToArray(), new JsonDocumentOptions { MaxDepth = 1_000 });
        return document.RootElement.GetProperty("type").GetString()!;
    }
}
