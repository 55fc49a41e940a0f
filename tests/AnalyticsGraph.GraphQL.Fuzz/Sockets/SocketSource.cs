using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Http;
using AnalyticsGraph.GraphQL.Fuzz.Running;

namespace AnalyticsGraph.GraphQL.Fuzz.Sockets;

/// <summary>What a client sends over a WebSocket from its handshake on: messages of graphql-transport-ws in the right order and in others, sound and damaged, in whole frames, in fragments and in none.</summary>
internal sealed class SocketSource(DocumentSource documents, int seed)
{
    private const int Huge = 1_100_000;

    private static readonly string[] Protocols = ["graphql-transport-ws", "graphql-transport-ws", "graphql-transport-ws", "graphql-transport-ws", "graphql-transport-ws", "graphql-transport-ws, graphql-ws", "graphql-ws", ""];
    private static readonly string[] Ids = ["1", "1", "2", "a", "", "\0", "é", new('i', 500)];

    private static readonly string[] Messages =
    [
        "{\"type\":\"ping\"}", "{\"type\":\"ping\",\"payload\":{\"a\":[1]}}", "{\"type\":\"pong\"}", "{\"type\":\"connection_init\"}", "{\"type\":\"connection_init\",\"payload\":null}", "{\"type\":\"connection_init\",\"payload\":7}", "{\"type\":\"complete\",\"id\":\"1\"}",
        "{\"type\":\"complete\"}", "{\"type\":\"complete\",\"id\":7}", "{\"type\":\"next\",\"id\":\"1\",\"payload\":{}}", "{\"type\":\"connection_ack\"}", "{\"type\":\"start\",\"id\":\"1\"}", "{\"type\":7}", "{\"id\":\"1\"}", "{}", "[]", "null", "", "{", "{\"type\":\"subscribe\",\"id\":\"1\"}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":null}", "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}}", "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":7}}", "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"subscription { removed }\",\"variables\":[]}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"subscription { painted { id ... @defer { name } } }\"}}", "{\"type\":\"subscribe\",\"payload\":{\"query\":\"{ __typename }\"},\"id\":\"3\"}", "{\"type\":\"subscribe\",\"id\":\"4\",\"payload\":{\"documentId\":\"Dogs\"}}",
        "{\"type\":\"ping\",\"type\":\"subscribe\",\"id\":\"1\",\"id\":\"2\"}", "{\"type\":\"\\ud800\"}", "\uFEFF{\"type\":\"ping\"}",
    ];

    private static readonly string[] Operations =
    [
        "{ __typename dogs(filter: {}) { id name } }", "subscription { painted { id name owner { name } } }", "{ dogs(filter: {}) @stream(initialCount: 1) { id ... @defer { owner { name } } } }", "mutation { remove(ids: [1]) }",
    ];

    private static readonly byte[][] Pieces = [.. new[]
    {
        "{", "}", "[", "\"", "\\", "\\u", "\\ud800", "\0", ",", ":", "null", "1e999", "\"type\":", "\"id\":", "\"payload\":", "connection_init", "subscribe", "complete", "é", "😀", "[[[[[[[[[[[[[[[[",
    }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x81, 0x80, 0, 0, 0, 0], [0x88, 0x80, 0, 0, 0, 0], [0x81, 0xFF], [0x89, 0xFE]];

    /// <summary>The bytes of a connection.</summary>
    public byte[] Make(long number)
    {
        var random = new Random(unchecked((int)(number * 2_654_435_761L) ^ seed));
        var frames = new List<byte>();
        if (random.Next(6) != 0)
        {
            frames.AddRange(FrameWriter.Write(FrameWriter.Text, "{\"type\":\"connection_init\"}"u8.ToArray()));
        }

        for (var count = random.Next(1, 9); count > 0; count--)
        {
            frames.AddRange(Frames(Message(number + count, random), random));
        }

        if (random.Next(3) == 0)
        {
            frames.AddRange(FrameWriter.Write(FrameWriter.Close, CloseReason(random)));
        }

        var bytes = random.Next(8) == 0 ? ByteDamage.Apply([.. frames], Pieces, random) : [.. frames];
        return [.. Handshake(random), .. random.Next(10) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes];
    }

    private static byte[] Handshake(Random random)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"GET {FuzzServer.Path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: {(random.Next(60) == 0 ? "12" : "13")}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Key: {(random.Next(60) == 0 ? "short" : "dGhlIHNhbXBsZSBub25jZQ==")}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Protocol: {Protocols[random.Next(Protocols.Length)]}\r\n");
        head.Append(random.Next(20) == 0 ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    private byte[] Message(long number, Random random)
    {
        var message = random.Next(6) == 0
            ? Encoding.UTF8.GetBytes(Messages[random.Next(Messages.Length)])
            : JsonSerializer.SerializeToUtf8Bytes(new { type = "subscribe", id = Ids[random.Next(Ids.Length)], payload = new { query = random.Next(2) == 0 ? Operations[random.Next(Operations.Length)] : Encoding.UTF8.GetString(documents.Make(number)), operationName = random.Next(4) == 0 ? "A" : null } });
        return random.Next(400) switch
        {
            0 => [.. message, .. Enumerable.Repeat((byte)' ', Huge)],
            1 => Encoding.UTF8.GetBytes(new string('[', 5_000)),
            < 30 => ByteDamage.Apply(message, Pieces, random),
            _ => message,
        };
    }

    private static byte[] Frames(byte[] message, Random random)
    {
        switch (random.Next(60))
        {
            case 0:
                return FrameWriter.Write(FrameWriter.Binary, message);
            case 1:
                return FrameWriter.Write((byte)random.Next(256), message, message.Length, isMasked: true, (uint)random.Next());
            case 2:
                return FrameWriter.Write(0x81, message, message.Length, isMasked: false, 0);
            case 3:
                return FrameWriter.Write(0x81, message, random.Next(5) switch { 0 => message.Length + 1, 1 => Math.Max(0, message.Length - 1), 2 => long.MaxValue, 3 => -1, _ => 70_000 }, isMasked: true, 0);
            case 4:
                return FrameWriter.Write(random.Next(2) == 0 ? FrameWriter.Ping : FrameWriter.Pong, message[..Math.Min(message.Length, random.Next(200))]);
            case 5:
                return FrameWriter.Write(FrameWriter.Continuation, message);
            case < 15:
                var cut = random.Next(message.Length + 1);
                byte[] between = random.Next(3) switch { 0 => FrameWriter.Write(FrameWriter.Ping, "p"u8.ToArray()), 1 when random.Next(4) == 0 => FrameWriter.Write(FrameWriter.Text, message), _ => [] };
                return [.. FrameWriter.Write(FrameWriter.Text, message[..cut], isLast: false), .. between, .. FrameWriter.Write(FrameWriter.Continuation, message[cut..], isLast: random.Next(8) != 0)];
            default:
                return FrameWriter.Write(FrameWriter.Text, message);
        }
    }

    private static byte[] CloseReason(Random random) => random.Next(6) switch
    {
        0 => [],
        1 => [3],
        2 => [3, 0xE8, 0xFF, 0xFE],
        3 => [(byte)random.Next(256), (byte)random.Next(256)],
        _ => [3, 0xE8, .. "bye"u8],
    };
}
