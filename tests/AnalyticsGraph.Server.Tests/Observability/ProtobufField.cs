using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>A field of a Protocol Buffers message.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Bytes">Its content, if it is a string, bytes or a message.</param>
/// <param name="Value">Its value, if it is a number.</param>
internal readonly record struct ProtobufField(int Number, ReadOnlyMemory<byte> Bytes, ulong Value)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The fields of a message in their order.</summary>
    public static IEnumerable<ProtobufField> Read(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var key = Varint(ref message);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new ProtobufField(number, default, Varint(ref message));
                    break;
                case 1:
                    yield return new ProtobufField(number, default, BinaryPrimitives.ReadUInt64LittleEndian(message.Span));
                    message = message[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref message);
                    yield return new ProtobufField(number, message[..length], 0);
                    message = message[length..];
                    break;
                case 5:
                    yield return new ProtobufField(number, default, BinaryPrimitives.ReadUInt32LittleEndian(message.Span));
                    message = message[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} of the field {number}.");
            }
        }
    }

    /// <summary>A KeyValue of opentelemetry/proto/common/v1/common.proto.</summary>
    public static (string Name, string Value) ReadAttribute(ReadOnlyMemory<byte> message)
    {
        var fields = Read(message).ToList();
        var value = Read(fields.First(field => field.Number == 2).Bytes).First();
        return (fields.First(field => field.Number == 1).Text, value.Number == 1 ? value.Text : value.Value.ToString(CultureInfo.InvariantCulture));
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message.Span[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
