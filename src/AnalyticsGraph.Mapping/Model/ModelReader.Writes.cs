using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

internal sealed partial class ModelReader
{
    private IEnumerable<MutationModel> ReadMutations()
    {
        // Whoever writes a mutation by hand means it instead of the generated one.
        var written = _sdl.FieldsOf(SdlDefinitions.MutationType).Select(field => field.Name.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, table) in _tables)
        {
            if (_sdl.FindDirective(name, "writable") is not { } directive || ReadWritable(table, directive) is not { } entity)
            {
                continue;
            }

            if (!_sdl.IsObject(SdlDefinitions.MutationType))
            {
                Problem(name, $"@writable needs a type {SdlDefinitions.MutationType} to put its mutations into.");
            }

            var pairs = directive.Texts("pairs").Select(text => ReadWritten(table, text, isUpdate: false)).OfType<WritablePairs>();
            foreach (var mutation in MutationsOf(entity, pairs).Where(mutation => !written.Contains(mutation.Name)))
            {
                yield return mutation;
            }
        }
    }

    private static IEnumerable<MutationModel> MutationsOf(WritableModel entity, IEnumerable<WritablePairs> pairs)
    {
        var type = entity.Table.TypeName;
        if (!entity.Create.IsEmpty)
        {
            yield return new MutationModel("create" + type, MutationKind.Create, entity, null);
        }

        if (!entity.Update.IsEmpty)
        {
            yield return new MutationModel("update" + type, MutationKind.Update, entity, null);
        }

        yield return new MutationModel("delete" + type, MutationKind.Delete, entity, null);
        yield return new MutationModel("restore" + type, MutationKind.Restore, entity, null);
        foreach (var pair in pairs)
        {
            var name = char.ToUpperInvariant(pair.Input[0]) + pair.Input[1..];
            yield return new MutationModel($"set{type}{name}", MutationKind.SetPairs, entity, pair);
            yield return new MutationModel($"delete{type}{name}", MutationKind.DeletePairs, entity, pair);
        }
    }

    private WritableModel? ReadWritable(TableModel table, DirectiveNode directive)
    {
        var place = $"{table.TypeName} @writable";
        var part = table.FieldList.OfType<RelationField>().FirstOrDefault(relation => !relation.Type.IsList && relation.Through is null && relation.From.SequenceEqual(table.Key));
        if (table.Store != Store.Postgres || table.Key.Length != 1 || (!table.IsNode && part is null))
        {
            Problem(place, "It needs a table of PostgreSQL whose key is one column: its own, of a Node, or that of a row it belongs to by a to-one relation.");
            return null;
        }

        if (table.FieldList.OfType<ColumnField>().All(field => field.Column != "lifecycle_stage"))
        {
            Problem(place, "Deleting is soft, so it needs a field `lifecycleStage` with a column lifecycle_stage of ACTIVE or DELETED.");
        }

        return new WritableModel(table, table.IsNode ? "id" : part!.Name + "Id", table.IsNode ? table.TypeName : part!.Target.TypeName)
        {
            Create = [.. directive.Texts("create").Select(text => ReadWritten(table, text, isUpdate: false)).OfType<WritableField>()],
            Update = [.. directive.Texts("update").Select(text => ReadWritten(table, text, isUpdate: true)).OfType<WritableField>()],
            Cascade = ReadDependents(table, place, directive.Texts("cascade")),
            Restrict = ReadDependents(table, place, directive.Texts("restrict")),
            Unique = [.. _sdl.DirectivesOf(table.TypeName, "unique").Select(unique => ReadUnique(table, unique))],
            Stamps = [.. _sdl.FieldsOf(table.TypeName).Select(field => ReadStamp(table, field)).OfType<StampedColumn>()],
        };
    }

    private StampedColumn? ReadStamp(TableModel table, FieldDefinitionNode field)
    {
        if (field.Directives.Find("stamped") is not { } stamped)
        {
            return null;
        }

        if (table.Fields.GetValueOrDefault(field.Name.Value) is ColumnField { Kind: ScalarKind.DateTime } column)
        {
            return new StampedColumn(column.Column, Enum.Parse<StampEvent>(stamped.Text("on"), ignoreCase: true));
        }

        Problem($"{table.TypeName}.{field.Name.Value}", "@stamped sets a column of type DateTime.");
        return null;
    }

    private ImmutableArray<RelationField> ReadDependents(TableModel table, string place, ImmutableArray<string> names)
    {
        var found = ImmutableArray.CreateBuilder<RelationField>();
        foreach (var name in names)
        {
            if (table.Fields.GetValueOrDefault(name) is RelationField { Through: null, Only.IsEmpty: true } relation && relation.From.SequenceEqual(table.Key) && relation.To.Length == 1
                && relation.Target.FieldList.OfType<ColumnField>().Any(field => field.Column == "lifecycle_stage"))
            {
                found.Add(relation);
            }
            else
            {
                Problem(place, $"`{name}` is no direct relation from the key of {table.TypeName} to a type with a lifecycleStage.");
            }
        }

        return found.ToImmutable();
    }

    private UniqueRule ReadUnique(TableModel table, DirectiveNode unique)
    {
        var field = unique.Text("field");
        if (!table.Fields.ContainsKey(field))
        {
            Problem($"{table.TypeName} @unique", $"{table.TypeName} has no field `{field}`.");
        }

        return new UniqueRule(field, unique.Texts("columns"), unique.Text("only") is { Length: > 0 } only ? only : null);
    }

    private WritableField? ReadWritten(TableModel table, string text, bool isUpdate)
    {
        var isRequired = text.EndsWith('!');
        var name = text.TrimEnd('!');
        var place = $"{table.TypeName} @writable";
        var field = _sdl.FieldsOf(table.TypeName).FirstOrDefault(field => field.Name.Value == name);
        var description = field?.Description?.Value ?? $"Its `{name}`.";
        var check = field?.Directives.Find("check") is { } found ? ReadCheck(found) : FieldCheck.None;
        switch (table.Fields.GetValueOrDefault(name))
        {
            case ColumnField { Type.IsList: false } column:
                RequireLength(place, name, column.Kind, check);
                return new WritableColumn(name, description, isRequired, check, column.Type.Name, column.Kind, column.Enum, column.Column);
            case JsonField { Kind: ScalarKind.Json, Path.IsEmpty: true } document:
                RequireLength(place, name, ScalarKind.Json, check);
                return new WritableColumn(name, description, isRequired, check, document.Type.Name, ScalarKind.Json, null, document.Column);
            case EmbeddedField embedded when embedded.Target.FieldList.OfType<JsonField>().FirstOrDefault(inner => inner.Path.IsEmpty) is { } whole:
                RequireLength(place, name, ScalarKind.Json, check);
                return new WritableColumn(name, description, isRequired, check, "JSON", ScalarKind.Json, null, embedded.Prefix + whole.Column);
            case RelationField { Type.IsList: false, Through: null, From.Length: 1 } relation when relation.Target.IsNode && relation.To.SequenceEqual(relation.Target.Key):
                return new WritableReference(name + "Id", description, isRequired, relation);
            case RelationField { Type.IsList: true, Through: null, From.Length: 1 } relation when !isUpdate && IsPairs(relation):
                check = ReadPairCheck(relation);
                RequireLength($"{relation.Target.TypeName}.value", name, ScalarKind.String, check);
                return new WritablePairs(name, description, isRequired, check, relation);
            default:
                Problem(place, $"`{name}` is no column, document, to-one relation by id{(isUpdate ? "" : " or relation to names and texts")} of {table.TypeName}.");
                return null;
        }
    }

    private void RequireLength(string place, string name, ScalarKind kind, FieldCheck check)
    {
        if (kind is ScalarKind.String or ScalarKind.Json && check.Length is null)
        {
            Problem(place, $"`{name}` is a text that callers give: say with @check(length:) how long it may be.");
        }
    }

    private static bool IsPairs(RelationField relation) =>
        relation.Target.Key.SequenceEqual([relation.To[0], "key"]) && relation.Target.Fields.GetValueOrDefault("value") is ColumnField { Column: "value", Kind: ScalarKind.String };

    private FieldCheck ReadPairCheck(RelationField relation) =>
        _sdl.FieldsOf(relation.Target.TypeName).First(field => field.Name.Value == "value").Directives.Find("check") is { } check ? ReadCheck(check) : FieldCheck.None;

    private static FieldCheck ReadCheck(DirectiveNode check) => new(
        (int?)check.Number("length"),
        Enum.Parse<TextForm>(check.Text("form", "ANY"), ignoreCase: true),
        check.Number("min"),
        check.Number("max"),
        Enum.Parse<DocumentShape>(check.Text("json", "ANY"), ignoreCase: true))
    {
        In = check.Texts("in"),
    };
}
