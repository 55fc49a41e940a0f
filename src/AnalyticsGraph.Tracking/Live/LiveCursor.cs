using System.Buffers.Text;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>How far a subscription has told what: a number by key, such as the last point by run. Opaque to clients.</summary>
internal static class LiveCursor
{
    /// <summary>Writes positions of a subscription.</summary>
    public static string Of(LiveCursorKind kind, IEnumerable<KeyValuePair<long, long>> positions)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((byte)kind);
        foreach (var (key, position) in positions)
        {
            writer.Write7BitEncodedInt64(key);
            writer.Write7BitEncodedInt64(position);
        }

        writer.Flush();
        return Base64Url.EncodeToString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Reads positions of a subscription.</summary>
    /// <exception cref="GraphQLException">The text is no cursor, or that of another kind of subscription.</exception>
    public static Dictionary<long, long> Parse(LiveCursorKind kind, string cursor)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(cursor)));
            var positions = new Dictionary<long, long>();
            for (var isKnown = reader.ReadByte() == (byte)kind; isKnown && reader.BaseStream.Position < reader.BaseStream.Length;)
            {
                positions.Add(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
            }

            return positions.Count > 0 ? positions : throw Refusal();
        }
        catch (Exception fault) when (fault is FormatException or EndOfStreamException or ArgumentException)
        {
            throw Refusal(fault);
        }
    }

    /// <summary>The error of a cursor that is none of these records'.</summary>
    public static GraphQLException Refusal(Exception? inner = null) =>
        new(new GraphQLError("`after` is no cursor that an event of this subscription had. Leave it out to begin with the present.", ErrorCodes.BadUserInput), inner);
}
