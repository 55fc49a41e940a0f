using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>ClickHouse's maps as JSON objects: numbers as the graph writes them (NaN and the infinities as strings), a key that stands twice with its first value, as ClickHouse reads it.</summary>
internal static class MapJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends the first rows of a column of maps from text to numbers or texts.</summary>
    public static void Append(TextBuilder texts, ClickHouseColumn column, int rows)
    {
        var (keys, items, offsets) = column switch
        {
            ClickHouseMapColumn<string, double> map => (map.Keys, (ClickHouseColumn)map.Items, map.Offsets.ToArray()),
            ClickHouseMapColumn<string, string> map => (map.Keys, map.Items, map.Offsets.ToArray()),
            _ => throw new InvalidCastException($"{column.Name} ({column.Type}) is no map that the mapping reads."),
        };
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var row = 0; row < rows; row++)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            seen.Clear();
            json.WriteStartObject();
            for (var i = offsets[row]; i < offsets[row + 1]; i++)
            {
                if (seen.Add(keys[i]))
                {
                    json.WritePropertyName(keys[i]);
                    WriteValue(json, items, i);
                }
            }

            json.WriteEndObject();
            json.Flush();
            texts.Add(buffer.WrittenSpan);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, ClickHouseColumn items, int i)
    {
        if (items.IsNull(i))
        {
            json.WriteNullValue();
        }
        else if (items is ClickHouseColumn<string> texts)
        {
            json.WriteStringValue(texts[i]);
        }
        else
        {
            WriteNumber(json, ((ClickHouseColumn<double>)items)[i]);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }
}
