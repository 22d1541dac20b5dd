//! One expression a line. Those after `/* none */` have no value in either: the types do not fit.

pub(super) fn expressions() -> impl Iterator<Item = &'static str> {
    TABLE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"))
}

/// Where the other one departs from the specification, with what that says and where. Each is tried, so that it is seen when
/// the other one mends its ways.
pub(super) const DEPARTURES: [(&str, &[&str], &str); 7] = [
    ("(1 | 2) ~ (2 | 1)", &["b:true"], "6.1.2: equivalence of collections does not hang on their order"),
    ("@2026-11-28 = @2026-11-28T00:00:00", &[], "6.1.1: one has a value for the precision and the other does not"),
    ("(1 | 2 | 3).take(-1)", &[], "5.3.8: less than or equal to zero takes nothing"),
    ("@2026-11-28T23:30:00 + 45 minutes", &["s:2026-11-29T00:15:00"], "6.7: no offset comes of adding a span"),
    ("item.item.where(linkId = 'born').answer.value.subsetOf(@1984-02-29)", &["b:true"], "5.1.8: by equality"),
    ("item.item.where(linkId = 'smokes').answer.value.where($this)", &[], "5.2.1: kept is what is true"),
    (
        "item.where(linkId = 'pain').answer.item.answer.value.select(-$this)",
        &["n:-7", "n:-4"],
        "6.6: a sign before a number",
    ),
];

const TABLE: &str = r#"
-- Literals
{}
true
false
42
-7
+7
3.50
0.000
'text'
'it\'s'
'tab\tnew\nline'
'\u00e6\u00f8\u00e5'
@2026
@2026-11
@2026-11-28
@2026-11-28T09:30
@2026-11-28T09:30:00
@2026-11-28T09:30:00Z
@2026-11-28T09:30:00.500+01:00
@T06:45
@T06:45:00
4 days
1 year
2.5 'kg'
`linkId`
-- Arithmetic
1 + 2
1 + 2 * 3
(1 + 2) * 3
7 - 10
7 / 2
6 / 2
7 div 2
-7 div 2
7 mod 2
-7 mod 2
5.5 mod 2
5.5 div 2
1 / 0
1 div 0
1 mod 0
0.1 + 0.2
0.1 + 0.2 = 0.3
1 / 3
1.5 * 2
2 - 0.5
'a' + 'b'
'a' & 'b'
'a' & {}
{} & {}
'a' + {}
1 + {}
-(3)
-(1.5)
/* none */ -{}
/* none */ 1 + 'a'
/* none */ true + 1
/* none */ (1 | 2) + 1
/* none */ 1 & 'a'
-- Comparison
1 < 2
2 <= 2
2 > 2
2 >= 2
1.0 = 1
1 != 2
1 = {}
{} = {}
{} != {}
'a' < 'b'
'a' = 'A'
'a' ~ 'A'
'a b' ~ 'A  B'
1.12 ~ 1.1
1.16 ~ 1.1
1 ~ 1.0
{} ~ {}
{} ~ 1
1 !~ 2
(1 | 2) = (1 | 2)
(1 | 2) = (2 | 1)
(1 | 2) ~ (2 | 3)
(1 | 2) = 1
1 = 'a'
true = 'true'
true = true
@2026-11 = @2026-11
@2026-11 = @2026
@2026-11 < @2026-12
@2026-11-28 < @2026-11
@2026 < @2026-11
@2026-11-28T10:00:00Z = @2026-11-28T11:00:00+01:00
@2026-11-28T10:00:00Z < @2026-11-28T10:00:00+01:00
@2026-11-28T10:00:00Z > @2026-11-28T10:00:00+01:00
@2026-11-28T10:00 = @2026-11-28T10:00:00
@2026-11-28T10:00 ~ @2026-11-28T10:00
@T10:00 < @T10:01
@T10:00 = @T10:00
@T10:00 < @T10:00:30
4 days = 4 days
4 days > 3 days
24 hours = 1 day
1 year = 12 months
60 seconds = 1 minute
2 'kg' = 2 'kg'
2 'kg' > 1 'kg'
/* none */ 1 < 'a'
/* none */ (1 | 2) < 3
-- Logic
true and true
true and false
false and {}
true and {}
{} and {}
true or {}
false or {}
{} or {}
false or true
true xor true
true xor false
true xor {}
true implies false
false implies false
true implies {}
false implies {}
{} implies true
{} implies false
{} implies {}
1 and 'a'
true.not()
false.not()
{}.not()
1.not()
/* none */ (true | false) and true
-- Membership
1 in (1 | 2)
3 in (1 | 2)
{} in (1 | 2)
1 in {}
(1 | 2) contains 2
(1 | 2) contains 3
{} contains 1
(1 | 2) contains {}
'a' in ('a' | 'b')
/* none */ (1 | 2) in (1 | 2)
-- Navigation
item.linkId
item.count()
item.item.count()
QuestionnaireResponse.item.linkId
item.where(linkId = 'about').item.linkId
item.where(linkId = 'about').item.where(linkId = 'name').answer.value
item.where(linkId = 'about').item.where(linkId = 'born').answer.value
item.where(linkId = 'about').item.where(linkId = 'seen').answer.value
item.where(linkId = 'about').item.where(linkId = 'woke').answer.value
item.where(linkId = 'about').item.where(linkId = 'smokes').answer.value
item.where(linkId = 'about').item.where(linkId = 'height').answer.value
item.where(linkId = 'about').item.where(linkId = 'weight').answer.value
item.where(linkId = 'about').item.where(linkId = 'weight').answer.value.value
item.where(linkId = 'about').item.where(linkId = 'weight').answer.value.unit
item.where(linkId = 'about').item.where(linkId = 'weight').answer.value.code
item.where(linkId = 'nothing').answer.value
item.where(linkId = 'phq').item.answer.value.code
item.where(linkId = 'phq').item.answer.value.display
item.where(linkId = 'days').answer.value
item.where(linkId = 'pain').answer.value.code
item.where(linkId = 'pain').answer.item.answer.value
item.where(linkId = 'pain').answer.where(value.code = 'neck').item.answer.value
item.where(linkId = 'drug').item.where(linkId = 'what').answer.value
item.where(linkId = 'drug')[1].item[0].answer.value
item[0].linkId
item[99].linkId
item.where(linkId = 'days').answer[1].value
item.where(linkId = 'days').answer.valueInteger
item.where(linkId = 'pain').answer.valueCoding.code
descendants().where(linkId = 'how').answer.value
repeat(item).where(linkId = 'name').answer.value
repeat(item | answer).where(linkId = 'how').answer.value
repeat(answer.item | item).linkId
%resource.item.first().linkId
%context.item.last().linkId
%resource.descendants().where(linkId = 'phq2').answer.value.display.lower()
children().count() > 3
unknown
item.unknown
status
id
questionnaire
authored
authored < now()
status = 'completed'
'text'.linkId
-- Scores
item.where(linkId = 'phq').item.answer.value.ordinal()
item.where(linkId = 'phq').item.answer.value.ordinal().sum()
item.where(linkId = 'phq').item.answer.value.weight().sum() * 2
item.where(linkId = 'phq').item.answer.valueCoding.extension('http://hl7.org/fhir/StructureDefinition/ordinalValue').valueDecimal.sum()
item.where(linkId = 'phq').item.answer.value.extension.where(url.endsWith('ordinalValue')).value.sum()
item.where(linkId = 'phq').item.where(answer.exists()).count()
item.where(linkId = 'phq').item.answer.value.where(ordinal() > 0).code
-- Existence
item.exists()
item.empty()
{}.exists()
{}.empty()
item.exists(linkId = 'days')
item.exists(linkId = 'missing')
item.all(linkId.exists())
item.all(answer.exists())
{}.all(true)
(true | false).allTrue()
(true | false).anyTrue()
(true | false).allFalse()
(true | false).anyFalse()
{}.allTrue()
{}.anyTrue()
(1 | 2).subsetOf(1 | 2 | 3)
(1 | 4).subsetOf(1 | 2 | 3)
(1 | 2 | 3).supersetOf(1 | 2)
{}.subsetOf(1)
item.where(linkId = 'days').answer.value.distinct()
item.where(linkId = 'days').answer.value.isDistinct()
item.linkId.isDistinct()
item.linkId.distinct().count()
{}.count()
'a'.hasValue()
item.hasValue()
item.linkId.hasValue()
{}.hasValue()
/* none */ (1 | true).allTrue()
-- Filtering and projection
(1 | 2 | 3).where($this > 1)
(1 | 2 | 3).select($this * 2)
(1 | 2 | 3).select($index)
(1 | 2 | 3).where($index = 1)
item.select(linkId & '!')
item.select(answer.value)
(1 | 2 | 3).first()
(1 | 2 | 3).last()
(1 | 2 | 3).tail()
(1 | 2 | 3).take(2)
(1 | 2 | 3).take(0)
(1 | 2 | 3).skip(1)
(1 | 2 | 3).skip(9)
{}.first()
{}.single()
1.single()
/* none */ (1 | 2).single()
(1 | 2).union(2 | 3)
(1 | 2).combine(2 | 3)
(1 | 2).intersect(2 | 3)
(1 | 2 | 3).exclude(2)
1 | 1
(1 | 'a' | true)
item.answer.value.ofType(integer)
item.answer.value.ofType(Integer)
item.answer.value.ofType(Coding).code
item.item.answer.value.ofType(string)
item.item.answer.value.ofType(Quantity).value
item.item.answer.value.ofType(decimal)
-- Types
1 is Integer
1.0 is Decimal
'a' is String
true is Boolean
@2026 is Date
@2026-11-28T10:00 is DateTime
@T10:00 is Time
1 is String
1 is System.Integer
item[2].answer[0].value is integer
item[2].answer[0].value is FHIR.integer
item[2].answer[0].value is Integer
item[0].item[0].answer.value is string
item[0].item[0].answer.value is String
item[0].item[1].answer.value is date
item[0].item[4].answer.value is boolean
item[3].answer[0].value is Coding
(item[3].answer[0].value as Coding).code
item[3].answer[0].value.as(Coding).code
item[0].item[0].answer.value.is(string)
status is code
status is string
id is String
'abcabc'.lastIndexOf('b')
'abcabc'.lastIndexOf('x')
'abc'.lastIndexOf('')
{}.lastIndexOf('a')
{} is Integer
1 as Integer
1 as String
-- Aggregates
(1 | 2 | 3).sum()
{}.sum()
(1.5 | 2).sum()
('a' | 'b').sum()
(3 | 1 | 2).min()
(3 | 1 | 2).max()
('b' | 'a').min()
{}.min()
(1 | 2).avg()
{}.avg()
item.where(linkId = 'days').answer.value.sum()
item.where(linkId = 'days').answer.value.avg()
item.where(linkId = 'days').answer.value.max()
(1 | 2 | 3).aggregate($total + $this, 0)
(1 | 2 | 3).aggregate(iif($total.empty(), $this, $total * $this))
(1 | 2 | 3).aggregate($total + $this)
('a' | 'b' | 'c').aggregate($total & $this, '')
(1 day | 2 days).sum()
-- Conditions
iif(true, 1, 2)
iif(false, 1, 2)
iif({}, 1, 2)
iif(false, 1)
iif(item.exists(), item.count(), 0)
'x'.iif($this = 'x', 1, 2)
coalesce({}, 2, 3)
coalesce(item.unknown, item.first().linkId)
(1 | 2).trace('t')
-- Conversion
'1'.toInteger()
'-12'.toInteger()
'1.5'.toInteger()
'a'.toInteger()
true.toInteger()
1.toInteger()
'1.5'.toDecimal()
'1'.toDecimal()
'1e3'.toDecimal()
false.toDecimal()
1.toString()
1.50.toString()
true.toString()
@2026-11.toString()
@T10:00.toString()
(3 days).toString()
{}.toString()
'true'.toBoolean()
'Y'.toBoolean()
'no'.toBoolean()
'0'.toBoolean()
'maybe'.toBoolean()
1.toBoolean()
2.toBoolean()
0.0.toBoolean()
'2026-11-28'.toDate()
'2026-11'.toDate()
'2026-13'.toDate()
@2026-11-28T10:00:00Z.toDate()
'2026-11-28T10:00:00Z'.toDateTime()
'2026-11-28'.toDateTime() = @2026-11-28
'10:00'.toTime()
'25:00'.toTime()
'1'.convertsToInteger()
'a'.convertsToInteger()
'a'.convertsToDecimal()
1.convertsToString()
'yes'.convertsToBoolean()
'2026'.convertsToDate()
'x'.convertsToDateTime()
'10:00'.convertsToTime()
{}.convertsToInteger()
/* none */ (1 | 2).toString()
-- Text
'abcdef'.indexOf('cd')
'abcdef'.indexOf('x')
'abcdef'.indexOf('')
'abcdef'.indexOf({})
'abcdef'.substring(2)
'abcdef'.substring(2, 2)
'abcdef'.substring(9)
'abcdef'.substring(-1)
'abcdef'.substring(0, 0)
'abcdef'.substring(1, 99)
'abcdef'.startsWith('abc')
'abcdef'.startsWith('')
'abcdef'.endsWith('def')
'abcdef'.contains('cde')
'abcdef'.contains('')
'Blåbær'.upper()
'BLÅBÆR'.lower()
'a-b-c'.replace('-', '+')
'a-b-c'.replace('-', '')
'abc'.replace('x', 'y')
'Blåbær'.length()
''.length()
'abc'.toChars()
('a' | 'b' | 'c').join(', ')
('a' | 'b').join()
{}.join(',')
'a,b,,c'.split(',')
'abc'.split(',')
' a b '.trim()
{}.upper()
{}.length()
{}.startsWith('a')
item.linkId.join(';')
/* none */ 1.upper()
/* none */ (1 | 2).join(',')
/* none */ ('a' | 'b').upper()
-- Numbers
(-5).abs()
5.5.abs()
(-5.5).abs()
(-3 days).abs()
1.1.ceiling()
(-1.1).ceiling()
3.ceiling()
1.9.floor()
(-1.1).floor()
2.5.round()
(-2.5).round()
3.14159.round(3)
1.005.round(2)
7.round(2)
1.9.truncate()
(-1.9).truncate()
9.sqrt()
2.sqrt()
0.sqrt()
(-1).sqrt()
2.power(10)
2.power(-1)
1.5.power(2)
2.power(0)
1.5.power(30)
1.001.power(5000)
(-1).power(2147483647)
0.5.power(-3)
0.power(0)
2.power({})
{}.power(2)
{}.abs()
71.5 / (1.72 * 1.72)
(71.5 / 1.72.power(2)).round(1)
/* none */ 'a'.abs()
/* none */ (1 | 2).round()
-- Dates
today()
now()
today() = @2026-11-28
now() > today()
today() > @2026
timeOfDay() > @T09:00
@2026-11-28 + 1 day
@2026-11-28 + 1 month
@2026-01-31 + 1 month
@2024-02-29 + 1 year
@2024-02-29 - 4 years
@2026-11-28 - 1 week
@2026-12-31 + 1 day
@2026 + 24 months
@2026-11 + 60 days
@2026-11-28 + 1.9 days
@2026-11-28T23:30:00Z + 45 minutes = @2026-11-29T00:15:00Z
@2026-11-28T10:00:00Z - 2 hours = @2026-11-28T08:00:00Z
@T23:30 + 45 minutes
@T10:00:00 - 1 hour
@T10:00 + 2 hours
today() - 18 years
today() - 18 years >= item[0].item[1].answer.value
item[0].item[1].answer.value + 40 years
item[0].item[1].answer.value < @2000-01-01
item[0].item[1].answer.value > today() - 50 years
item[0].item[2].answer.value < now()
item[0].item[2].answer.value + 1 day > now()
item[0].item[3].answer.value < @T07:00
today().toString().substring(0, 4).toInteger() - item[0].item[1].answer.value.toString().substring(0, 4).toInteger()
%resource.repeat(item).where(linkId = 'born' and answer.empty().not()).select(today().toString().substring(0,4).toInteger() - answer.value.toString().substring(0,4).toInteger() + iif(today().toString().substring(5,2) & today().toString().substring(8,2) > answer.value.toString().substring(5,2) & answer.value.toString().substring(8,2), 1, 0) - 1)
/* none */ @2026 + 1
/* none */ today() + 1 'kg'
-- Quantities
2 'kg' + 3 'kg'
2 'kg' - 3 'kg'
2 days + 3 days
1 day + 2 hours
1 year + 6 months
1 day - 1 hour
1 week + 1 day
2 days * 3
6 days / 2
item[0].item[6].answer.value > 70 'kg'
item[0].item[6].answer.value = 71.5 'kg'
item[0].item[6].answer.value.value / item[0].item[5].answer.value.power(2)
-- Precedence
1 + 2 = 3 and 2 > 1
1 | 2 = 1 | 2
true or false and false
not_a_name
-1.abs()
2 * -3
1 < 2 = true
'a' in 'a' | 'b'
true and 1 = 1
false implies true and false
1 is Integer and true
1 + 1 is Integer
-- Comments and space
1 /* one */ + 2 // two
  1+2
1
"#;
