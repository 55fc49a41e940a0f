using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Tracking.Rules;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Reads the input into columns, and checks it by what the SDL says of each field.</summary>
internal sealed partial class EntityChange
{
    private void ReadFields()
    {
        foreach (var field in FieldsOfKind())
        {
            if (field is WritablePairs pairs)
                ReadPairs(pairs);
            else if (Input.TryGet(field.Input, out var value))
                ReadColumn(field, value);
        }

        if (Kind == MutationKind.SetPairs)
            ReadPairs(mutation.Pairs!);
        else if (Kind == MutationKind.DeletePairs)
            ReadKeys();
        if (Kind == MutationKind.Create && Table.Columns.ContainsKey("source"))
            Columns["source"] = SourceOfParent() ?? ColumnValue.Of(Writing.TrackingStore.LocalSource);
    }

    private void ReadColumn(WritableField field, object? value)
    {
        if (value is null && !ColumnOf(field).IsNullable)
        {
            // What a new record has by itself may be given as null, like left out.
            if (Kind == MutationKind.Update)
                Rules.Invalid($"`{field.Input}` cannot be taken away; leave it out, or give a value.", "input", field.Input);
        }
        else if (field is WritableReference reference)
        {
            Columns[reference.Column] = value is null ? ColumnValue.Null : new ColumnValue(KeyOf((string)value, reference.Relation.Target.TypeName), NpgsqlDbType.Bigint);
        }
        else if (field is WritableColumn column)
        {
            Check(column, value);
            if (IsValid(column.Input))
                Columns[column.Column] = ToColumn(column, value);
        }
    }

    private void ReadPairs(WritablePairs field)
    {
        var pairs = PairsOf(field.Input);
        var isParam = field.Input == "params";
        Rules.Pairs(pairs, InputRules.MostTags, field.Check.Length!.Value, isParam ? "param" : field.Input == "tags" ? "tag" : "entry", field.Input);
        Pairs[field.Input] = [.. pairs.DistinctBy(pair => pair.Key)];
    }

    private void ReadKeys()
    {
        var keys = Input.Get<object?[]>("keys", []);
        if (keys.Length > InputRules.MostTags)
            Rules.Invalid($"There are {keys.Length} keys; the most in one call are {InputRules.MostTags}. Send several calls.", "input", "keys");
        for (var i = 0; i < keys.Length; i++)
            Rules.Key((string)keys[i]!, "The key", "input", "keys", i);
        Pairs[mutation.Pairs!.Input] = [.. keys.Select(key => new KeyText((string)key!, "")).Distinct()];
    }

    private ColumnModel ColumnOf(WritableField field) => Table.Columns[field is WritableColumn column ? column.Column : ((WritableReference)field).Column];

    /// <summary>What is made within a record belongs to the instance that the record came from.</summary>
    private ColumnValue? SourceOfParent() =>
        Entity.Create.OfType<WritableReference>().FirstOrDefault(field => field.IsRequired && field.Relation.Target.Columns.ContainsKey("source")) is { } parent
            ? ColumnValue.From(parent.Relation.Target.Table, "source", parent.Relation.Target.Key[0], GivenKey(parent.Input, parent.Relation.Target.TypeName))
            : null;

    private void Check(WritableColumn field, object? value)
    {
        var what = $"`{field.Input}`";
        switch (value)
        {
            case string text when field.Enum is null:
                if (field.Check.Form == TextForm.Key)
                    Rules.Key(text, what, "input", field.Input);
                else if (field.Check.Form == TextForm.Name)
                    Rules.Name(text, field.Check.Length!.Value, what, "input", field.Input);
                else
                    Rules.Text(text, field.Check.Length!.Value, what, "input", field.Input);
                if (!field.Check.In.IsEmpty && !field.Check.In.Contains(text))
                    Rules.Invalid($"{what} is '{InputRules.Shortened(text)}'; there are {string.Join(", ", field.Check.In)}.", "input", field.Input);
                break;
            case JsonElement document:
                Rules.Document(document, field.Check, what, "input", field.Input);
                if (IsValid(field.Input))
                    ShapeOf(field).Check(document, Rules, "input", field.Input);
                break;
            case DateTimeOffset time:
                Rules.Time(time, what, "input", field.Input);
                break;
            case int or long or double:
                Rules.Number(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture), field.Check, what, "input", field.Input);
                break;
        }
    }

    /// <summary>What a document must be so that the fields that read parts of it find them.</summary>
    private JsonShape ShapeOf(WritableColumn document)
    {
        var fields = Table.Fields.GetValueOrDefault(document.Input) is EmbeddedField embedded
            ? embedded.Target.FieldList.OfType<JsonField>().Where(field => embedded.Prefix + field.Column == document.Column)
            : Table.FieldList.OfType<JsonField>().Where(field => field.Column == document.Column);
        return (_rules.Documents.GetValueOrDefault(document.Input) ?? JsonShape.Any).With([.. fields.Where(field => field.Path.Length == 1).Select(field => (field.Path[0], field.Kind switch
        {
            ScalarKind.Json => JsonShape.Any,
            ScalarKind.Boolean => JsonShape.Boolean,
            ScalarKind.Double => JsonShape.Number,
            ScalarKind.Int or ScalarKind.Long => JsonShape.Integer,
            _ => JsonShape.Text,
        }))]);
    }

    private ColumnValue ToColumn(WritableColumn field, object? value)
    {
        var column = Table.Columns[field.Column];
        return value switch
        {
            null => ColumnValue.Null,
            string name when field.Enum is { } names => ColumnValue.Of(names.TextsOf(name)[0]),
            string text => ColumnValue.Of(text),
            JsonElement { ValueKind: JsonValueKind.Null } => ColumnValue.Null,
            JsonElement document => new ColumnValue(document.GetRawText(), column.Kind switch { ColumnKind.Json => NpgsqlDbType.Json, ColumnKind.JsonBinary => NpgsqlDbType.Jsonb, _ => NpgsqlDbType.Text }),
            DateTimeOffset time => new ColumnValue(time.UtcDateTime, NpgsqlDbType.TimestampTz),
            TimeSpan duration => new ColumnValue(duration, NpgsqlDbType.Interval),
            bool boolean => new ColumnValue(boolean, NpgsqlDbType.Boolean),
            int number => new ColumnValue((long)number, NpgsqlDbType.Bigint),
            long number => new ColumnValue(number, NpgsqlDbType.Bigint),
            double number => new ColumnValue(number, NpgsqlDbType.Double),
            _ => throw new InvalidOperationException($"{Table.TypeName}.{field.Input}: a value of type {value.GetType()} cannot be written."),
        };
    }
}
