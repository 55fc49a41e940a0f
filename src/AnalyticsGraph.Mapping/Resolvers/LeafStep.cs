using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>A column or a value inside a JSON column: the arrays of the row set become the field's column as they are.</summary>
internal sealed class LeafResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var context = RowContext.Of(binding);
        return Of(context.Layout, (LeafField)context.Row.Fields[binding.Field.Definition.Name], context.Prefix);
    }

    /// <summary>The step that reads a leaf of rows.</summary>
    /// <param name="layout">The rows'.</param>
    /// <param name="field">The leaf.</param>
    /// <param name="prefix">What the columns of the embedded object that it is part of begin with.</param>
    public static LeafStep Of(RowLayout layout, LeafField field, string prefix)
    {
        var name = field is JsonField json
            ? JsonItem.NameOf(prefix + json.Column, json.Path, json.Kind)
            : prefix + ((ColumnField)field).Column;
        var ordinal = layout.OrdinalOf(name);
        var column = layout.Items[ordinal] switch { ColumnItem item => item.Column, JsonItem item => item.Column, _ => null! };
        var isTrustedJson = field is JsonField || column.Kind is ColumnKind.Json or ColumnKind.JsonBinary or ColumnKind.Map;
        return new LeafStep(ordinal, field, isTrustedJson);
    }
}

internal sealed class LeafStep(int ordinal, LeafField field, bool isTrustedJson) : ImmediateStep
{
    public override Column Execute(ObjectBatch parents) => ReadFrom((RowSet)parents.Source);

    /// <summary>Where the values stand in the rows.</summary>
    public int Ordinal => ordinal;

    /// <summary>The leaf of each row.</summary>
    public Column ReadFrom(RowSet rows)
    {
        var values = rows.Values[ordinal];
        return values is ArrayValues arrays
            ? new ListColumn(arrays.Offsets, ToColumn(arrays.Items, field, isTrustedJson), arrays.Nulls)
            : ToColumn(values, field, isTrustedJson);
    }

    /// <summary>Values as the column of a field.</summary>
    public static Column ToColumn(RowValues values, LeafField field, bool isTrustedJson)
    {
        switch (values)
        {
            case Int64Values integers when field.Kind == ScalarKind.DateTime:
                return new DateTimeColumn(integers.Values, integers.Nulls, integers.Count);
            case Int64Values ticks when field.Kind == ScalarKind.Duration:
                return new DurationColumn(Array.ConvertAll(ticks.Values, value => new TimeSpan(value)), ticks.Nulls, ticks.Count);
            case Int64Values integers when field.Kind == ScalarKind.Double:
                return new DoubleColumn(Array.ConvertAll(integers.Values, value => (double)value), integers.Nulls, integers.Count);
            case Int64Values integers:
                return new Int64Column(integers.Values, integers.Nulls, integers.Count);
            case DoubleValues doubles:
                return new DoubleColumn(doubles.Values, doubles.Nulls, doubles.Count);
            case BooleanValues booleans:
                return new BooleanColumn(booleans.Values, booleans.Nulls, booleans.Count);
            case UuidValues uuids:
                return new GuidColumn(uuids.Values, uuids.Nulls, uuids.Count);
            case TextValues texts when field.Kind == ScalarKind.Enum:
                return EnumTexts.ToColumn(texts, field);
            case TextValues texts when field.Kind == ScalarKind.Json:
                return JsonTexts.ToColumn(texts, isTrustedJson);
            default:
                var text = (TextValues)values;
                return new Utf8Column(text.Utf8, text.Offsets, text.Nulls);
        }
    }
}

/// <summary>Stored texts as enum values; a text that no value is stored as is an error of its row.</summary>
internal static class EnumTexts
{
    public static EnumColumn ToColumn(TextValues texts, LeafField field)
    {
        var model = field.Enum!;
        var indices = new int[texts.Count];
        Dictionary<int, GraphQLError>? errors = null;
        for (var row = 0; row < indices.Length; row++)
        {
            indices[row] = texts.IsNull(row) ? -1 : model.IndexOf(texts[row]);
            if (indices[row] < 0 && !texts.IsNull(row))
            {
                var text = System.Text.Encoding.UTF8.GetString(texts[row]);
                (errors ??= []).Add(row, new GraphQLError($"The stored text \"{text}\" of `{field.Name}` is no value of {model.Name}.", ErrorCodes.Internal));
            }
        }

        return new EnumColumn(model.Names, indices, texts.Nulls is not null || errors is not null) { Errors = errors };
    }
}

/// <summary>Stored JSON. What a JSON column holds is JSON; what a text column holds is checked, so that a damaged document cannot damage the response.</summary>
internal static class JsonTexts
{
    public static RawJsonColumn ToColumn(TextValues texts, bool isTrusted)
    {
        Dictionary<int, GraphQLError>? errors = null;
        var nulls = texts.Nulls;
        for (var row = 0; !isTrusted && row < texts.Count; row++)
        {
            if (!texts.IsNull(row) && !IsJson(texts[row]))
            {
                (errors ??= []).Add(row, new GraphQLError("The stored text is no JSON; read it as a string by another field, or export it.", ErrorCodes.Internal));
                nulls = ReferenceEquals(nulls, texts.Nulls) ? (texts.Nulls?.ToArray() ?? new bool[texts.Count]) : nulls;
                nulls![row] = true;
            }
        }

        return new RawJsonColumn(texts.Utf8, texts.Offsets, nulls) { Errors = errors };
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new System.Text.Json.Utf8JsonReader(text, new System.Text.Json.JsonReaderOptions { MaxDepth = 512 });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
