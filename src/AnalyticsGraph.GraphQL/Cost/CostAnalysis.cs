using System.Collections.Immutable;
using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>
/// The static analysis of the GraphQL Cost Directives specification, over an operation's plan: fragments are resolved and equal fields merged there, so that nothing counts
/// twice. On a value of several possible types the dearest one counts. What is wrong with a list's size is found on the way, before anything is executed.
/// </summary>
internal sealed class CostAnalysis
{
    private const int MostErrors = 50;

    private readonly CostModel _model;
    private readonly CostOptions _options;
    private readonly IReadOnlyDictionary<string, object?> _variables;
    private readonly RequestArguments _arguments;
    private readonly List<GraphQLError> _errors = [];

    private CostAnalysis(CostModel model, CostOptions options, IReadOnlyDictionary<string, object?> variables, RequestArguments arguments) =>
        (_model, _options, _variables, _arguments) = (model, options, variables, arguments);

    /// <summary>Analyses an operation; one without variables once for all its requests.</summary>
    /// <param name="model">The schema's weights.</param>
    /// <param name="options">The limits.</param>
    /// <param name="plan">The operation.</param>
    /// <param name="variables">The request's coerced variables.</param>
    /// <param name="arguments">The request's arguments.</param>
    public static CostVerdict Run(CostModel model, CostOptions options, OperationPlan plan, IReadOnlyDictionary<string, object?> variables, RequestArguments arguments)
    {
        if (!plan.Operation.VariableDefinitions.IsEmpty)
        {
            return new CostAnalysis(model, options, variables, arguments).Judge(plan.Root);
        }

        return plan.Cost ??= new CostAnalysis(model, options, variables, arguments).Judge(plan.Root);
    }

    private CostVerdict Judge(PlannedSelectionSet root)
    {
        var cost = Of(root, null, 0);
        if (_errors.Count == 0 && (cost.FieldCost > _options.MaxFieldCost || cost.TypeCost > _options.MaxTypeCost))
        {
            _errors.Add(TooDear(cost, _options));
        }

        return new CostVerdict(cost, _errors.Count == 0 ? [] : [.. _errors]);
    }

    // One object of the type: its own weight, and that of its fields. The size is that of the object's sized fields, if it has any.
    private OperationCost Of(PlannedSelectionSet selections, ListSize? sizing, double size)
    {
        var sum = new OperationCost(0, _model.TypeWeight(selections.Type));
        foreach (var field in selections.Fields)
        {
            if (field.Inclusion.IsMet(_variables))
            {
                sum += Of(field, sizing is not null && sizing.SizedFields.Contains(field.Definition.Name) ? size : null);
            }
        }

        return sum;
    }

    private OperationCost Of(PlannedField field, double? given)
    {
        var definition = field.Definition;
        var arguments = TryEvaluate(field);
        var sizing = _model.ListSizeOf(definition);
        var size = sizing is null ? _options.DefaultListSize : SizeOf(field, sizing, arguments);
        var isSized = sizing is { SizedFields.IsEmpty: false };
        var count = definition.Type.Nullable is not ListType list ? 1 : (given ?? (isSized ? _options.DefaultListSize : size)) * Inner(list);
        var each = new OperationCost(0, definition.Type.IsLeaf ? _model.TypeWeight(definition.Type.Named) : 0);
        foreach (var selections in field.SelectionSets)
        {
            each = OperationCost.Max(each, Of(selections, isSized ? sizing : null, size));
        }

        return new OperationCost(_model.FieldWeight(definition) + (arguments is null ? 0 : _model.WeightOf(definition, arguments)), 0) + (each * count);
    }

    // Lists within a list.
    private double Inner(ListType list) => list.ItemType.Nullable is ListType inner ? _options.DefaultListSize * Inner(inner) : 1;

    private double SizeOf(PlannedField field, ListSize sizing, ArgumentValues? arguments)
    {
        var (given, greatest, name) = (0, -1, "");
        foreach (var path in sizing.SlicingArguments)
        {
            if (arguments is not null && Find(arguments, path) is { } size)
            {
                given++;
                (greatest, name) = size > greatest ? (size, string.Join('.', path)) : (greatest, name);
            }
        }

        if (sizing.RequiresOne && given != 1)
        {
            var names = string.Join(", ", sizing.SlicingArguments.Select(path => $"`{string.Join('.', path)}`"));
            Report(field, $"{field.Definition} must be given exactly one of {names}.", ErrorCodes.BadUserInput);
        }

        if (greatest > field.Step?.MaxListSize)
        {
            Report(
                field,
                string.Create(CultureInfo.InvariantCulture, $"`{name}` of {field.Definition} is {greatest}; at most {field.Step.MaxListSize} rows are read at once. Page on with the last cursor, or narrow `where`."),
                ErrorCodes.LimitExceeded);
        }

        return greatest >= 0 ? greatest : sizing.AssumedSize ?? _options.DefaultListSize;
    }

    // A field may be planned for many types, and a document may have many such fields: nobody reads more than the first of their errors.
    private void Report(PlannedField field, string message, string code)
    {
        if (_errors.Count < MostErrors)
        {
            _errors.Add(new GraphQLError(message, code) { Locations = [.. field.Nodes.Select(node => node.Location)] });
        }
    }

    // A variable that is missing where it is needed is an error of the field, told when it runs.
    private ArgumentValues? TryEvaluate(PlannedField field)
    {
        try
        {
            return _arguments.Of(field);
        }
        catch (GraphQLException)
        {
            return null;
        }
    }

    private static int? Find(ArgumentValues arguments, ImmutableArray<string> path)
    {
        for (var i = 0; i < path.Length - 1; i++)
        {
            if (!arguments.TryGet(path[i], out var inner) || inner is not ArgumentValues fields)
            {
                return null;
            }

            arguments = fields;
        }

        return arguments.TryGet(path[^1], out var value)
            ? value switch { int size => size, object?[] items => items.Length, InputColumns columns => columns.Count, _ => default(int?) }
            : null;
    }

    private static GraphQLError TooDear(OperationCost cost, CostOptions options) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The operation may cost too much: field cost {cost.FieldCost} of at most {options.MaxFieldCost}, type cost {cost.TypeCost} of at most {options.MaxTypeCost}. Ask for shorter lists, or page."),
        ErrorCodes.LimitExceeded)
    {
        Extensions = ImmutableDictionary.CreateRange<string, object?>(
        [
            new("fieldCost", cost.FieldCost), new("maxFieldCost", options.MaxFieldCost), new("typeCost", cost.TypeCost), new("maxTypeCost", options.MaxTypeCost),
        ]),
    };
}
