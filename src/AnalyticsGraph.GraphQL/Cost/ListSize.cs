using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>What <c>@listSize</c> says of a field.</summary>
/// <param name="AssumedSize">The size where no slicing argument is given; null for the default of all lists.</param>
/// <param name="SlicingArguments">The paths of the arguments that say the size: a number, or a list that is as long.</param>
/// <param name="SizedFields">The lists of the field's object that have the size; empty if the field is the list.</param>
/// <param name="RequiresOne">Whether exactly one slicing argument must be given.</param>
internal sealed record ListSize(int? AssumedSize, ImmutableArray<ImmutableArray<string>> SlicingArguments, ImmutableArray<string> SizedFields, bool RequiresOne)
{
    /// <summary>Reads the directive of a field; null if it has none.</summary>
    /// <param name="field">The field.</param>
    /// <param name="fault">Told what is wrong, as the end of a sentence that begins with the field's name.</param>
    public static ListSize? Of(FieldDefinition field, Action<string> fault)
    {
        if (field.Directives.Find("listSize") is not { } directive)
        {
            return null;
        }

        var size = new ListSize(
            (directive.Arguments.ValueOf("assumedSize") as IntValueNode)?.Value is { } assumed && int.TryParse(assumed, out var number) ? number : null,
            [.. Names(directive, "slicingArguments").Select(path => path.Split('.').ToImmutableArray())],
            [.. Names(directive, "sizedFields")],
            directive.Arguments.ValueOf("requireOneSlicingArgument") is not BooleanValueNode { Value: false });
        size.Check(field, fault);
        return size with { RequiresOne = size.RequiresOne && !size.SlicingArguments.IsEmpty };
    }

    private void Check(FieldDefinition field, Action<string> fault)
    {
        if (AssumedSize < 0)
        {
            fault("has a @listSize whose assumedSize is negative");
        }

        foreach (var path in SlicingArguments.Where(path => !LeadsToSize(field, path)))
        {
            fault($"has a @listSize with the slicing argument `{string.Join('.', path)}`, which is no Int and no list among its arguments");
        }

        if (SizedFields.IsEmpty && field.Type.Nullable is not ListType)
        {
            fault("has a @listSize without sizedFields, but is no list");
        }

        foreach (var name in SizedFields)
        {
            if (field.Type.Named is not ComplexType type || type.Fields.GetValueOrDefault(name)?.Type.Nullable is not ListType)
            {
                fault($"has a @listSize with the sized field `{name}`, which is no list of {field.Type.Named.Name}");
            }
        }
    }

    private static bool LeadsToSize(FieldDefinition field, ImmutableArray<string> path)
    {
        var members = field.Arguments;
        for (var i = 0; i < path.Length - 1; i++)
        {
            if (members.GetValueOrDefault(path[i])?.Type.Named is not InputObjectType input)
            {
                return false;
            }

            members = input.Fields;
        }

        return members.GetValueOrDefault(path[^1])?.Type.Nullable is ScalarType { Name: "Int" } or ListType;
    }

    private static IEnumerable<string> Names(DirectiveNode directive, string argument) => directive.Arguments.ValueOf(argument) switch
    {
        ListValueNode list => list.Values.OfType<StringValueNode>().Select(value => value.Value),
        StringValueNode single => [single.Value],
        _ => [],
    };
}
