# Opens exported tables as an analyst does, by their own labels.R, and stops at what does not fit.
# Run in the folder of the tables. `wide` must have what the file has, and nothing where the codes say that it is missing.

options(warn = 2)
source("labels.R", encoding = "UTF-8")
raw <- read.csv("wide.csv", encoding = "UTF-8", na.strings = "", colClasses = "character", check.names = FALSE)
stopifnot(identical(dim(wide), dim(raw)), identical(names(wide), names(raw)), identical(names(wide_codes), names(raw)))
labelled <- 0
for (name in names(raw)) {
  codes <- wide_codes[[name]]
  if (is.null(attr(codes, "label"))) stop(name, " has no label")
  if (is.numeric(codes)) {
    number <- as.numeric(raw[[name]])
    missing <- !is.na(number) & number < 0
    labels <- attr(codes, "labels")
    if (!identical(as.numeric(codes), number)) stop(name, " was read as something else")
    if (!identical(as.numeric(wide[[name]]), replace(number, missing, NA))) stop(name, ": missing codes are taken for answers")
    if (!all(number[missing] %in% labels)) stop(name, ": a missing code without a label")
    labelled <- labelled + !is.null(labels)
  } else if (!identical(as.character(codes), raw[[name]])) stop(name, " was read as something else")
}
if (!all(unlist(long$pseudonym) %in% wide$pseudonym)) stop("somebody is in one of the tables alone")
cat(ncol(wide), "columns,", labelled, "with labels of their values,", nrow(long), "rows\n")
