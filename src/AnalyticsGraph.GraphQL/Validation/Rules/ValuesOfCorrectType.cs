using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Sections 5.6.1, 5.6.2 and 5.6.4: a literal can be coerced to the type of its place. The coercion itself decides; its value is thrown away.</summary>
internal sealed class ValuesOfCorrectType(ValidationContext context)
{
    // One more than may be told, so that the limit is seen to be passed.
    private readonly InputErrorCollector _errors = new(int.Max(context.Options.MaxErrors, context.Options.MaxErrors + 1), context.Options.Suggest);

    public void Check(ValueNode value, GraphQLType type)
    {
        _ = new LiteralCoercer(_errors, variables: null).Coerce(value, type);
        if (_errors.Count == 0)
        {
            return;
        }

        foreach (var error in _errors.ToErrors())
        {
            context.Report(SectionOf(error.Fault), error.Message, error.Node ?? value);
        }

        _errors.Clear();
    }

    private static SpecSection SectionOf(InputFault fault) => fault switch
    {
        InputFault.UnknownField => SpecSection.InputObjectFieldNames,
        InputFault.MissingField => SpecSection.InputObjectRequiredFields,
        _ => SpecSection.ValuesOfCorrectType,
    };
}
