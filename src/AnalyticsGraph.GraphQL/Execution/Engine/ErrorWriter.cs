using System.Collections;
using System.Collections.Immutable;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Section 7.1.2: errors as JSON.</summary>
internal static class ErrorWriter
{
    /// <summary>Writes <c>[{"message":...},...]</c>.</summary>
    public static void Write(ResponseWriter writer, ImmutableArray<GraphQLError> errors)
    {
        var separator = (byte)'[';
        foreach (var error in errors)
        {
            writer.WriteByte(separator);
            separator = (byte)',';
            Write(writer, error);
        }

        writer.WriteByte((byte)']');
    }

    private static void Write(ResponseWriter writer, GraphQLError error)
    {
        writer.WriteRaw("{\"message\":"u8);
        writer.WriteString(error.Message);
        if (!error.Locations.IsDefaultOrEmpty)
        {
            WriteLocations(writer, error.Locations);
        }

        if (!error.Path.IsDefault)
        {
            writer.WriteRaw(",\"path\":"u8);
            WriteValue(writer, error.Path);
        }

        writer.WriteRaw(",\"extensions\":{\"code\":"u8);
        writer.WriteString(error.Code);
        foreach (var (name, value) in error.Extensions ?? ImmutableDictionary<string, object?>.Empty)
        {
            writer.WriteByte((byte)',');
            writer.WriteString(name);
            writer.WriteByte((byte)':');
            WriteValue(writer, value);
        }

        writer.WriteRaw("}}"u8);
    }

    private static void WriteLocations(ResponseWriter writer, ImmutableArray<Location> locations)
    {
        writer.WriteRaw(",\"locations\":"u8);
        var separator = (byte)'[';
        foreach (var location in locations)
        {
            writer.WriteByte(separator);
            separator = (byte)',';
            writer.WriteRaw("{\"line\":"u8);
            writer.WriteInt32(location.Line);
            writer.WriteRaw(",\"column\":"u8);
            writer.WriteInt32(location.Column);
            writer.WriteByte((byte)'}');
        }

        writer.WriteByte((byte)']');
    }

    /// <summary>Writes a value of <c>extensions</c>.</summary>
    public static void WriteValue(ResponseWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNull(); break;
            case string text: writer.WriteString(text); break;
            case bool boolean: writer.WriteBoolean(boolean); break;
            case int number: writer.WriteInt32(number); break;
            case long number: writer.WriteInt64(number); break;
            case double number: writer.WriteDouble(number); break;
            case JsonElement json: writer.WriteJson(json); break;
            case IEnumerable<KeyValuePair<string, object?>> entries: WriteEntries(writer, entries); break;
            case IEnumerable items: WriteItems(writer, items); break;
            case IFormattable formattable: writer.WriteString(formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture)); break;
            default: writer.WriteString(value.ToString()); break;
        }
    }

    private static void WriteEntries(ResponseWriter writer, IEnumerable<KeyValuePair<string, object?>> entries)
    {
        writer.WriteByte((byte)'{');
        var first = true;
        foreach (var (name, value) in entries)
        {
            if (!first)
            {
                writer.WriteByte((byte)',');
            }

            first = false;
            writer.WriteString(name);
            writer.WriteByte((byte)':');
            WriteValue(writer, value);
        }

        writer.WriteByte((byte)'}');
    }

    private static void WriteItems(ResponseWriter writer, IEnumerable items)
    {
        writer.WriteByte((byte)'[');
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                writer.WriteByte((byte)',');
            }

            first = false;
            WriteValue(writer, item);
        }

        writer.WriteByte((byte)']');
    }
}
