using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Generates the filter inputs of mapped types and of what they reach. Each is generated once, when first required.</summary>
/// <param name="add">Takes a generated definition, once for each name.</param>
internal sealed class FilterInputs(Action<TypeDefinitionNode> add)
{
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Generates the filter of a type unless it is there already.</summary>
    /// <param name="row">The type.</param>
    /// <param name="store">The store whose rows it filters.</param>
    /// <returns>The filter's name.</returns>
    public string Require(RowModel row, Store store)
    {
        var name = GeneratedNames.Filter(row.TypeName);
        if (!_made.Add(name))
        {
            return name;
        }

        var fields = new List<InputValueDefinitionNode>
        {
            Sdl.Input("and", Sdl.ListOf(name), "All of these hold."),
            Sdl.Input("or", Sdl.ListOf(name), "At least one of these holds."),
        };
        fields.AddRange(row.FieldList.SelectMany(field => new[] { Field(field, store), Existence(row, field, store) }).OfType<InputValueDefinitionNode>());
        add(Sdl.InputObject(name, $"Conditions on {row.TypeName}; all that are given must hold.", fields));
        return name;
    }

    private InputValueDefinitionNode? Field(FieldModel field, Store store)
    {
        switch (field)
        {
            case GlobalIdField:
                return Operations(field, ScalarKind.Id);
            case LeafField { IsFilterable: true } leaf:
                return Operations(leaf, leaf.Kind);
            case EmbeddedField embedded:
                return Sdl.Input(field.Name, Sdl.Named(Require(embedded.Target, store)), $"Conditions on `{field.Name}`.");
            case RelationField { Type.IsList: false } toOne:
                return Sdl.Input(field.Name, Sdl.Named(Require(toOne.Target, toOne.Target.Store)), $"The related {toOne.Target.TypeName} exists and meets these.{Foreign(toOne, store)}");
            case RelationField toMany:
                return Sdl.Input(field.Name, Sdl.Named(RequireList(toMany.Target)), $"Conditions on the related rows of {toMany.Target.TypeName}.{Foreign(toMany, store)}");
            default:
                return null;
        }
    }

    private static InputValueDefinitionNode? Existence(RowModel row, FieldModel field, Store store) => row.FindExistence(field.Name + GeneratedNames.Exists) is { } relation
        ? Sdl.Input(field.Name + GeneratedNames.Exists, Sdl.Named("Boolean"), $"Whether there is a related {relation.Target.TypeName} at all.{Foreign(relation, store)}")
        : null;

    private static string Foreign(RelationField relation, Store store) =>
        relation.Target.Store == store ? "" : " They are asked for first, in another store; an error says if too many meet them.";

    private InputValueDefinitionNode Operations(FieldModel field, ScalarKind kind) =>
        Sdl.Input(field.Name, Sdl.Named(RequireOperations(field.Type, kind)), $"Conditions on `{field.Name}`.");

    /// <summary>Generates the operators of a scalar or enum unless they are there already.</summary>
    /// <returns>The input's name.</returns>
    public string RequireOperations(FieldType type, ScalarKind kind)
    {
        if (_made.Add(GeneratedNames.Operations(type)))
        {
            add(OperationInputs.For(type, kind));
        }

        return GeneratedNames.Operations(type);
    }

    private string RequireList(TableModel target)
    {
        var name = GeneratedNames.ListFilter(target.TypeName);
        if (_made.Add(name))
        {
            var item = Sdl.Named(Require(target, target.Store));
            add(Sdl.InputObject(
                name,
                $"Conditions on the related rows of {target.TypeName}; all that are given must hold.",
                [
                    Sdl.Input("all", item, "Each related row meets these; holds also where there is none."),
                    Sdl.Input("none", item, "No related row meets these."),
                    Sdl.Input("some", item, "At least one related row meets these."),
                    Sdl.Input("any", Sdl.Named("Boolean"), "Whether there is a related row at all."),
                ]));
        }

        return name;
    }
}
